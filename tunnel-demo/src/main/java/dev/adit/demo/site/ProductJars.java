package dev.adit.demo.site;

import java.nio.file.Path;

/** The two programs under show, as they are shipped. */
public record ProductJars(Path server, Path agent) {
  public ProductJars {
    server = server.toAbsolutePath();
    agent = agent.toAbsolutePath();
  }
}
