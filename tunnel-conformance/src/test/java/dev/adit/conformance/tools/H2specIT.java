package dev.adit.conformance.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * h2spec, an HTTP/2 conformance suite of others, against the entry of a server whose agent has a
 * backend that answers whatever it asks. The build brings the program, for Linux on x86-64.
 */
@Timeout(300)
final class H2specIT {
  private static final int CASES = 146;
  private static final int SECONDS = 240;

  /** For one answer, in seconds: far more than it takes, as a loaded machine may pause. */
  private static final String PATIENCE = "10";

  private static final String PATH = "/conformance.Cases/Answer";
  private static final byte[] BODY =
      "more than the one byte of window that a case grants".getBytes(StandardCharsets.UTF_8);

  @TempDir Path temporary;

  private RawBackend backend;

  @BeforeEach
  void startBackend() throws Exception {
    boolean linux =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    Tool.need(linux, "h2spec, which the build has for Linux on x86-64 only");
    String archive = System.getProperty("h2spec.archive", "");
    Optional<Tool.Run> unpacked =
        Tool.run(temporary, SECONDS, List.of("tar", "-xzf", archive, "h2spec"));
    Tool.need(unpacked.isPresent(), "tar");
    assertEquals(0, unpacked.orElseThrow().exitCode(), unpacked.orElseThrow()::output);
    backend = RawBackend.start(H2specIT::serve);
  }

  @AfterEach
  void stopBackend() throws IOException {
    if (backend != null) {
      backend.close();
    }
  }

  private static void serve(RawStream stream) throws IOException {
    StreamEvent event = stream.next();
    while (!event.last()) {
      event = stream.next();
    }
    stream.head(Field.list(":status", "200"), false);
    stream.data(BODY, true);
  }

  @Test
  void clearTextEntryPassesEveryCase() throws Exception {
    try (TunnelSite site = TunnelSite.start(SitePlan.of(backend.hostAndPort()))) {
      assertPasses(site);
    }
  }

  @Test
  void tlsEntryPassesEveryCase() throws Exception {
    TlsIdentity identity =
        CertificateAuthority.create("conformance")
            .issue(List.of("localhost", "127.0.0.1"), Duration.ofDays(1));
    Path certificate =
        Files.writeString(
            temporary.resolve("entry.crt"), CertificateAuthority.pem(identity.chain()));
    Path key =
        Files.writeString(temporary.resolve("entry.key"), CertificateAuthority.pem(identity.key()));
    SitePlan plan =
        SitePlan.of(backend.hostAndPort())
            .withEntryOptions("tls: {cert: \"" + certificate + "\", key: \"" + key + "\"}");
    try (TunnelSite site = TunnelSite.start(plan)) {
      assertPasses(site, "-t", "-k");
    }
  }

  private void assertPasses(TunnelSite site, String... more) throws Exception {
    Path report = temporary.resolve("report.xml");
    List<String> words = new ArrayList<>(List.of(temporary.resolve("h2spec").toString()));
    words.addAll(List.of("-h", "127.0.0.1", "-p", site.entry().replaceAll(".*:", "")));
    words.addAll(List.of("-P", PATH, "-S", "-o", PATIENCE, "-j", report.toString()));
    words.addAll(List.of(more));
    String output = Tool.run(temporary, SECONDS, words).orElseThrow().output();
    NodeList cases =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("testcase");
    List<String> failed = new ArrayList<>();
    for (int i = 0; i < cases.getLength(); i++) {
      Element each = (Element) cases.item(i);
      if (each.getElementsByTagName("*").getLength() > 0) {
        failed.add(each.getAttribute("package") + ": " + each.getAttribute("classname"));
      }
    }
    assertEquals(List.of(), failed, output);
    assertEquals(CASES, cases.getLength(), output);
    Eventually.holds("no call is left", () -> site.status().calls().running() == 0);
  }
}
