package dev.adit.agent.doctor.steps;

import dev.adit.agent.config.ProxyConfig;
import dev.adit.agent.doctor.steps.StepException.Kind;
import dev.adit.core.config.HostPort;
import dev.adit.core.process.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A tunnel of HTTP CONNECT through the agent's proxy. */
public record ProxySteps(ProxyConfig proxy, EventLoops loops) {
  private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int OK = 200;
  private static final int CREDENTIALS_WANTED = 407;
  // What tinyproxy says to wrong ones, though HTTP keeps this for servers.
  private static final int UNAUTHORIZED = 401;

  /** The proxy did not make the tunnel. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Trouble trouble;

    Refused(Trouble trouble) {
      super(trouble.found());
      this.trouble = trouble;
    }

    /** Why, and what to do. */
    public Trouble trouble() {
      return trouble;
    }
  }

  /** Connects to the proxy and asks it for a server. */
  public SteppedDial connect(InetSocketAddress address, HostPort server) throws Refused {
    SteppedDial dial;
    try {
      dial = SteppedDial.connect(loops, address);
    } catch (StepException e) {
      throw new Refused(
          new Trouble(
              "the proxy " + proxy.address() + " cannot be reached: " + e.text(),
              "mend proxy in agent.yaml or HTTPS_PROXY, or start the proxy"));
    }
    try {
      ask(dial, server);
      return dial;
    } catch (Refused e) {
      dial.close();
      throw e;
    }
  }

  private void ask(SteppedDial dial, HostPort server) throws Refused {
    int status;
    try {
      byte[] answer = dial.ask(request(server), ProxySteps::isWhole);
      status = status(new String(answer, StandardCharsets.ISO_8859_1));
    } catch (StepException e) {
      throw new Refused(
          new Trouble(
              "the proxy " + proxy.address() + " does not answer CONNECT: " + e.text(),
              e.kind() == Kind.TIMEOUT
                  ? "look whether it may dial " + server + ", and whether it is an HTTP proxy"
                  : "name an HTTP proxy as proxy in agent.yaml or HTTPS_PROXY"));
    }
    if (status == OK) {
      return;
    }
    throw new Refused(refusal(status, server));
  }

  private Trouble refusal(int status, HostPort server) {
    if (status == CREDENTIALS_WANTED || status == UNAUTHORIZED) {
      return proxy.user() == null
          ? new Trouble(
              "the proxy " + proxy.address() + " asks for credentials (" + status + ")",
              "write them into proxy: http://USER:PASSWORD@HOST:PORT, or HTTPS_PROXY")
          : new Trouble(
              "the proxy %s does not take our user and password (%d)"
                  .formatted(proxy.address(), status),
              "mend them in proxy of agent.yaml, or HTTPS_PROXY");
    }
    return status < 0
        ? new Trouble(
            proxy.address() + " does not answer like an HTTP proxy",
            "name an HTTP proxy as proxy in agent.yaml or HTTPS_PROXY")
        : new Trouble(
            "the proxy " + proxy.address() + " refuses CONNECT " + server + " (" + status + ")",
            "allow CONNECT to "
                + server
                + " in the proxy, or dial without it: take proxy out of agent.yaml, or name the"
                + " host in NO_PROXY where HTTPS_PROXY names the proxy");
  }

  private byte[] request(HostPort server) {
    StringBuilder request = new StringBuilder();
    request.append("CONNECT ").append(server).append(" HTTP/1.1\r\nhost: ").append(server);
    if (proxy.user() != null && proxy.password() != null) {
      byte[] credentials = (proxy.user() + ":" + proxy.password()).getBytes(StandardCharsets.UTF_8);
      request
          .append("\r\nproxy-authorization: Basic ")
          .append(Base64.getEncoder().encodeToString(credentials));
    }
    return request.append("\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The head has come, or something that is none. */
  private static boolean isWhole(ByteBuf received) {
    byte[] bytes = ByteBufUtil.getBytes(received);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.contains(new String(END, StandardCharsets.ISO_8859_1))
        || (text.length() >= 5 && !text.startsWith("HTTP/"));
  }

  /** The status of a head; -1 if it is none. */
  private static int status(String head) {
    return head.matches("(?s)HTTP/1\\.[01] \\d{3}.*")
        ? Integer.parseInt(head.substring(9, 12))
        : -1;
  }
}
