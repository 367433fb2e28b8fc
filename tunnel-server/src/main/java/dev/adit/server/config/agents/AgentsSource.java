package dev.adit.server.config.agents;

import dev.adit.core.config.ConfigException;
import java.nio.file.Path;
import java.util.List;

/** Where the agents' identities come from: a file that is read again when it changes, or inline. */
public sealed interface AgentsSource {

  /** The identities as they are now. Reads a file: never on an event loop. */
  List<AgentIdentity> read() throws ConfigException;

  /** A file of its own, {@code agents.yaml}. */
  record FromFile(Path path) implements AgentsSource {
    @Override
    public List<AgentIdentity> read() throws ConfigException {
      return AgentsFile.read(path);
    }
  }

  /** Written in {@code server.yaml} itself. */
  record Inline(List<AgentIdentity> identities) implements AgentsSource {
    public Inline {
      identities = List.copyOf(identities);
    }

    @Override
    public List<AgentIdentity> read() {
      return identities;
    }
  }
}
