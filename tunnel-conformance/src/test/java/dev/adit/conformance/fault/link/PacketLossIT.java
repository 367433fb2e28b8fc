package dev.adit.conformance.fault.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.tools.Tool;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo, which is a server, two agents, five backends and callers of four kinds of calls, on a
 * network that loses 3 of 100 packets: every call comes back right.
 */
@Timeout(180)
final class PacketLossIT {
  private static final double LOSS = 0.03;
  private static final int SECONDS = 120;

  @Test
  void everyCallOfTheDemoComesBackRight(@TempDir Path directory) throws Exception {
    try (LossyNamespace network = LossyNamespace.make(directory, LOSS)) {
      Tool.Run demo =
          Tool.run(
                  directory,
                  SECONDS,
                  List.of(
                      network.inside(
                          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                          "-cp",
                          System.getProperty("demo.jar"),
                          "dev.adit.demo.Demo",
                          System.getProperty("server.jar"),
                          System.getProperty("agent.jar"))))
              .orElseThrow();
      assertEquals(0, demo.exitCode(), demo.output());
      assertTrue(demo.output().contains("All 12 calls came back right"), demo.output());
      assertTrue(network.lost() > 0, "no packet was lost");
      System.out.println("PacketLossIT: " + network.lost() + " packets lost, 12 of 12 calls right");
    }
  }
}
