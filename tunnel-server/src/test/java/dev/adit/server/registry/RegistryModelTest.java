package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every sequence of five steps in which four tunnels of three runs of two agents come and go, held
 * against a list of who is there.
 */
@Timeout(60)
final class RegistryModelTest {
  private static final int STEPS = 5;
  private static final GroupName BOTH = new GroupName("both");

  /** A tunnel that may come and go. */
  private record Party(String agent, String run, GroupName group, TunnelStream tunnel) {
    static Party of(String agent, String run, String group) {
      TunnelStream tunnel = new TunnelPair(new HandLoop(), TunnelPair.SMALL).server().stream();
      return new Party(agent, run, new GroupName(group), tunnel);
    }

    String session() {
      return agent + "/" + run;
    }
  }

  private static final List<Party> PARTIES =
      List.of(
          Party.of("a", "1", "of-a"),
          Party.of("a", "1", "of-a"),
          Party.of("a", "2", "of-a"),
          Party.of("b", "1", "of-b"));

  // Of one sequence.
  private AgentRegistry registry = new AgentRegistry();
  private final List<Party> present = new ArrayList<>();
  private final Map<Party, AgentSession> joined = new HashMap<>();
  private final Set<String> ousted = new HashSet<>();

  @Test
  void everySequenceLeavesWhatTheModelHas() {
    int choices = 2 * PARTIES.size();
    int sequences = (int) Math.pow(choices, STEPS);
    for (int sequence = 0; sequence < sequences; sequence++) {
      registry = new AgentRegistry();
      present.clear();
      joined.clear();
      ousted.clear();
      int rest = sequence;
      for (int step = 0; step < STEPS; step++) {
        step(PARTIES.get(rest % choices / 2), rest % 2 == 0);
        check();
        rest /= choices;
      }
    }
  }

  /** A tunnel that is there cannot come; one that has gone may go again, which changes nothing. */
  private void step(Party party, boolean comes) {
    if (comes) {
      if (!present.contains(party)) {
        come(party);
      }
      return;
    }
    AgentSession session = joined.get(party);
    if (session != null) {
      registry.leave(session, party.tunnel());
      present.remove(party);
    }
  }

  /** Another run of the agent loses its place, unless it has just taken this one's. */
  private void come(Party party) {
    List<Party> rivals =
        present.stream()
            .filter(each -> each.agent().equals(party.agent()) && !each.run().equals(party.run()))
            .toList();
    Joined came = join(party);
    boolean late = came.outcome() == Joined.Outcome.LATE;
    assertEquals(!rivals.isEmpty() && ousted.contains(party.session()), late);
    if (late) {
      return;
    }
    Joined.Ousted lost = came.ousted();
    assertEquals(
        rivals.stream().map(Party::tunnel).toList(), lost == null ? List.of() : lost.tunnels());
    rivals.forEach(rival -> ousted.add(rival.session()));
    present.removeAll(rivals);
    joined.put(party, came.session());
    present.add(party);
  }

  private Joined join(Party party) {
    AgentId id = new AgentId(party.agent());
    return registry.join(
        new AgentSession(id, party.run(), Set.of(BOTH, party.group()), 0, 1, "", "", Instant.EPOCH),
        party.tunnel());
  }

  private void check() {
    Map<String, List<TunnelStream>> expected = new LinkedHashMap<>();
    for (AgentSession session : registry.snapshot().sessions()) {
      expected.put(session.toString(), List.of(session.tunnels()));
    }
    assertEquals(sessions(present.stream()), expected);
    assertEquals(sessions(present.stream()).keySet(), agents(BOTH));
    for (Party party : PARTIES) {
      assertEquals(
          sessions(present.stream().filter(each -> each.group().equals(party.group()))).keySet(),
          agents(party.group()));
      assertEquals(
          joined.keySet().stream().anyMatch(each -> each.group().equals(party.group())),
          registry.hasEverJoined(party.group()));
    }
  }

  /** Sessions with their tunnels, which are in the order in which they came. */
  private static Map<String, List<TunnelStream>> sessions(Stream<Party> parties) {
    return parties.collect(
        Collectors.groupingBy(
            Party::session,
            LinkedHashMap::new,
            Collectors.mapping(Party::tunnel, Collectors.toList())));
  }

  private Set<String> agents(GroupName name) {
    @Nullable AgentGroup group = registry.snapshot().group(name);
    return group == null
        ? Set.of()
        : group.agents().stream().map(Object::toString).collect(Collectors.toSet());
  }
}
