package dev.adit.conformance.site;

import dev.adit.demo.process.ChildException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The classes that a program loads at its start, kept in a file beside its jar by its first start
 * in a build: the processes of the tests, which are many, then need two thirds of the time for
 * theirs. Any thread.
 */
public final class KeptClasses {
  private static final List<String> PROGRAMS = List.of("server", "agent");
  private static final String FILE = "classes.jsa";
  private static final String NOWHERE = "127.0.0.1:1";

  private KeptClasses() {}

  /**
   * What to put before {@code -jar JAR}. Nothing where this Java has kept no classes of this jar;
   * and where it cannot use them, it passes them over.
   */
  public static List<String> options(String jar) {
    return isKept(Path.of(jar))
        ? List.of("-XX:SharedArchiveFile=" + file(Path.of(jar)), "-Xshare:auto", "-Xlog:cds*=off")
        : List.of();
  }

  private static boolean isKept(Path jar) {
    try {
      Path file = file(jar);
      return Files.exists(file)
          && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(jar)) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path file(Path jar) {
    String java = System.getProperty("java.runtime.version").replaceAll("[^A-Za-z0-9.]", "-");
    return jar.resolveSibling(jar.getFileName() + "-" + java + ".jsa");
  }

  /**
   * Keeps the classes of the jars that the system properties {@code server.jar} and {@code
   * agent.jar} name. Without them tests pass too: what goes wrong is said, and no failure.
   */
  public static void main(String[] args) throws InterruptedException {
    List<Path> jars =
        PROGRAMS.stream().map(name -> Path.of(System.getProperty(name + ".jar"))).toList();
    if (jars.stream().allMatch(KeptClasses::isKept)) {
      return;
    }
    try {
      keep(jars);
    } catch (IOException | ChildException | RuntimeException e) {
      System.out.println("classes are not kept, tests take longer: " + e);
    }
  }

  private static void keep(List<Path> jars)
      throws IOException, ChildException, InterruptedException {
    for (Path jar : jars) {
      Files.deleteIfExists(file(jar));
    }
    SitePlan plan = SitePlan.of(NOWHERE).withJvmOptions("-XX:ArchiveClassesAtExit=" + FILE);
    try (TunnelSite site = TunnelSite.start(plan)) {
      call(site);
      site.status();
      List<String> processes = List.of("server", plan.agents().get(0).id());
      for (int i = processes.size() - 1; i >= 0; i--) {
        site.terminate(processes.get(i));
        Files.move(
            site.directory().resolve(processes.get(i)).resolve(FILE),
            file(jars.get(i)),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Nobody answers it; a call comes to both processes all the same. */
  private static void call(TunnelSite site) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(site.entry()).usePlaintext().build();
    try {
      HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
    } catch (StatusRuntimeException e) {
      // As it should be.
    } finally {
      channel.shutdownNow();
    }
  }
}
