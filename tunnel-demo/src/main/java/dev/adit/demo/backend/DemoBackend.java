package dev.adit.demo.backend;

import dev.adit.demo.backend.cli.BackendCommand;

/** The program that runs one sample backend, or all of them on one port. */
public final class DemoBackend {
  private DemoBackend() {}

  public static void main(String[] args) {
    int exitCode = BackendCommand.run(args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }
}
