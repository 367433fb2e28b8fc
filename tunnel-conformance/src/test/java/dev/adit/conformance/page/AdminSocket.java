package dev.adit.conformance.page;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One request to an admin port over a socket of its own, with whatever headers a test likes. */
final class AdminSocket implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final BufferedReader in;
  private final int status;
  private final List<String> headers = new ArrayList<>();

  private AdminSocket(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    status = Integer.parseInt(in.readLine().split(" ", 3)[1]);
    String line = in.readLine();
    while (!line.isEmpty()) {
      headers.add(line);
      line = in.readLine();
    }
  }

  /**
   * Asks; returns once the head of the answer has come.
   *
   * @param address of the port, {@code HOST:PORT}
   * @param request its method and path
   * @param headers each a line; with a Host among them, that one
   */
  static AdminSocket ask(String address, String request, String body, String... headers)
      throws IOException {
    String[] parts = address.split(":", 2);
    Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]));
    socket.setSoTimeout(TIMEOUT_MILLIS);
    StringBuilder text = new StringBuilder(request).append(" HTTP/1.1\r\n");
    if (List.of(headers).stream().noneMatch(line -> line.startsWith("host:"))) {
      text.append("host: ").append(address).append("\r\n");
    }
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    text.append("content-length: ").append(length).append("\r\n\r\n").append(body);
    socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
    return new AdminSocket(socket);
  }

  /** The status of an answer whose body nobody needs. */
  static int status(String address, String request, String body, String... headers)
      throws IOException {
    try (AdminSocket answer = ask(address, request, body, headers)) {
      return answer.status;
    }
  }

  int status() {
    return status;
  }

  /** A header of the answer; empty if it has none. */
  String header(String name) {
    return headers.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .collect(Collectors.joining(", "));
  }

  /** Sends more on the same connection. */
  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The next line of the body, null at its end; of a feed, sizes of chunks are lines too. */
  @Nullable String line() throws IOException {
    return in.readLine();
  }

  /** The body of an answer with a length. */
  String body() throws IOException {
    StringBuilder body = new StringBuilder();
    int left = Integer.parseInt(header("content-length"));
    while (left > 0) {
      int read = in.read();
      if (read < 0) {
        throw new IOException("the body ends early");
      }
      body.append((char) read);
      left -= Character.toString(read).getBytes(StandardCharsets.UTF_8).length;
    }
    return body.toString();
  }

  /** The data of the next event of this name. */
  String event(String name) throws IOException {
    @Nullable String line = line();
    while (!("event: " + name).equals(line)) {
      if (line == null) {
        throw new IOException("the feed has ended");
      }
      line = line();
    }
    return String.valueOf(line()).substring("data: ".length());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
