package dev.adit.agent.doctor.steps;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whom a connection goes to, and the words for it.
 *
 * @param name the server or the backend, in words
 * @param program what has to run there
 * @param host the name its certificate must have
 * @param port of its address
 * @param ca who signs its certificate; null: the system's trust
 * @param keys where its TLS is configured in agent.yaml
 * @param ownCertificate whether we have one to show
 */
public record Peer(
    String name,
    String program,
    String host,
    int port,
    @Nullable Path ca,
    String keys,
    boolean ownCertificate) {

  /** There is no TCP connection. */
  public Trouble notConnected(StepException e, String address) {
    return switch (e.kind()) {
      case REFUSED ->
          new Trouble(
              "connection refused",
              "start " + program + " there, or mend the address " + address + " in agent.yaml");
      case TIMEOUT ->
          new Trouble(
              e.text(),
              "let this host dial "
                  + address
                  + " by TCP in the firewalls on the way, or set proxy in agent.yaml");
      default ->
          new Trouble(
              e.text(), "look whether this host has a way to " + address + " (ip route get)");
    };
  }

  Trouble notTls(StepException e) {
    return switch (e.kind()) {
      case NOT_TLS ->
          new Trouble(
              name + " speaks clear text, and " + keys + " in agent.yaml asks for TLS",
              clearTextCure());
      case TIMEOUT, CLOSED ->
          new Trouble(
              "the TLS handshake gets no answer: " + e.text(),
              "look what listens at port "
                  + port
                  + ", and whether a proxy on the way lets TLS pass");
      default -> throw new IllegalArgumentException("to be judged by the certificate: " + e.kind());
    };
  }

  private String clearTextCure() {
    return keys.equals("tls")
        ? "set tunnel.tls in server.yaml; or, on a network you trust, insecure: true in agent.yaml"
        : "take " + keys + " out of agent.yaml, or set up TLS at the backend";
  }

  Trouble noAlpn() {
    return new Trouble(
        name + " does not choose h2 by ALPN",
        "have TLS end at "
            + program
            + " itself, or switch HTTP/2 (gRPC) on in the proxy or load balancer before it");
  }

  Trouble notHttp2(Http2Preface.Peer found, boolean tls) {
    return switch (found) {
      case TLS ->
          new Trouble(
              name + " speaks TLS, and agent.yaml asks for clear text",
              keys.equals("tls")
                  ? "take insecure: true out of agent.yaml, and set tls.ca"
                  : "set " + keys + " in agent.yaml");
      case HTTP1 ->
          new Trouble(
              name + " speaks HTTP/1.1",
              "dial the gRPC port of "
                  + program
                  + "; HTTP/2 is needed"
                  + (tls ? "" : ", with prior knowledge"));
      default -> new Trouble(name + " does not speak HTTP/2", "dial the gRPC port of " + program);
    };
  }

  Trouble noHttp2Answer(StepException e, boolean tls) {
    if (e.kind() == StepException.Kind.TLS || (tls && e.kind() == StepException.Kind.CLOSED)) {
      return new Trouble(
          name + " ends TLS: " + e.text(),
          ownCertificate
              ? "have the authority of the certificate in "
                  + keys
                  + ".cert accepted there (tunnel.tls.clientCa at a server)"
              : "set " + keys + ".cert and " + keys + ".key in agent.yaml: it wants a certificate");
    }
    return new Trouble(
        "HTTP/2 gets no answer: " + e.text(),
        "dial the gRPC port of "
            + program
            + "; if that is what is dialled, look whether it hangs, or speaks "
            + (tls ? "another protocol" : "TLS"));
  }
}
