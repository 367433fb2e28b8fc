package dev.adit.core.admin;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks the admin port of a running process, over connections that it keeps. Blocks; any thread. */
public final class AdminClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String STATUS = "/status";

  /** Whose admin port it is. */
  public enum Program {
    SERVER("tunnel-server", "a server", "serverId"),
    AGENT("tunnel-agent", "an agent", "agent");

    private final String command;
    private final String words;
    private final String key;

    /**
     * @param key what only its own status has
     */
    Program(String command, String words, String key) {
      this.command = command;
      this.words = words;
      this.key = key;
    }
  }

  private final String address;
  private final @Nullable String token;
  private final @Nullable Path tokenFile;
  private final String option;
  private final Duration patience;
  private final HttpClient http;

  /**
   * A client that has not connected yet.
   *
   * @param address host:port, given by {@code --admin}
   * @param token null if the port asks for none
   */
  public AdminClient(String address, @Nullable String token) {
    this(address, token, "--admin");
  }

  /**
   * The same for an address that is given by another option, which failures name.
   *
   * @param option as {@code --server}
   */
  public AdminClient(String address, @Nullable String token, String option) {
    this(address, token, option, null);
  }

  /**
   * The same for a token of a file, which failures name.
   *
   * @param tokenFile null if there is no token
   */
  public AdminClient(
      String address, @Nullable String token, String option, @Nullable Path tokenFile) {
    this(address, token, option, tokenFile, PATIENCE);
  }

  /**
   * The same, with a limit of its own.
   *
   * @param patience for a connection, and for an answer; whole seconds
   */
  AdminClient(
      String address,
      @Nullable String token,
      String option,
      @Nullable Path tokenFile,
      Duration patience) {
    this.address = address;
    this.token = token;
    this.tokenFile = tokenFile;
    this.option = option;
    this.patience = patience;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(patience)
            .build();
  }

  /**
   * The body of a page.
   *
   * @throws IOException if it cannot be had; the message names the cause and the cure
   */
  public String get(String path) throws IOException {
    HttpResponse<String> response = send(path, HttpRequest.newBuilder().GET());
    return checked(path, response);
  }

  /**
   * What an action answers.
   *
   * @param body of JSON, or empty
   * @throws IOException if it cannot be had; the message names the cause and the cure
   */
  public String post(String path, String body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder()
            .header(AdminHandler.ACTION_HEADER, "1")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    HttpResponse<String> response = send(path, request);
    return checked(path, response);
  }

  private HttpResponse<String> send(String path, HttpRequest.Builder request) throws IOException {
    request.uri(uri(path)).timeout(patience);
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException e) {
      for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UnresolvedAddressException) {
          throw withoutAddress(e);
        }
      }
      throw wrongAddress("nothing listens on " + address + ": is it running, and", "", e);
    } catch (HttpTimeoutException e) {
      throw wrongAddress(address + " has not answered for " + patience.toSeconds() + " s:", "", e);
    } catch (IOException e) {
      throw wrongAddress(
          address + " does not answer as an admin port does:", "; " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private IOException wrongAddress(String what, String more, IOException cause) {
    return new IOException(
        what + " is that its admin.listen? (" + option + " ADDR" + more + ")", cause);
  }

  private IOException withoutAddress(IOException cause) {
    return wrongAddress("the name in " + address + " has no address:", "", cause);
  }

  private URI uri(String path) throws IOException {
    try {
      URI uri = URI.create("http://" + address + path);
      if (uri.getHost() != null) {
        return uri;
      }
      // Such as a name with an underscore: no URI has it, and Java asks by URIs only.
      int colon = address.lastIndexOf(':');
      InetAddress found = InetAddress.getByName(address.substring(0, colon));
      int port = Integer.parseInt(address.substring(colon + 1));
      String numbers = NetUtil.toSocketAddressString(new InetSocketAddress(found, port));
      return URI.create("http://" + numbers + path);
    } catch (UnknownHostException e) {
      throw withoutAddress(e);
    } catch (IllegalArgumentException e) {
      throw new IOException("'" + address + "' is not HOST:PORT", e);
    }
  }

  private String checked(String path, HttpResponse<String> response) throws IOException {
    if (response.statusCode() == 401) {
      throw new IOException(
          token == null
              ? address + " wants its admin token: --token-file FILE"
              : "the token"
                  + (tokenFile == null ? "" : " of " + tokenFile)
                  + " is not the admin token of "
                  + address);
    }
    if (response.statusCode() != 200) {
      throw new IOException(
          address + path + " answers " + response.statusCode() + ": " + response.body().strip());
    }
    return response.body();
  }

  /**
   * A page of JSON as a record.
   *
   * @throws IOException if it cannot be had or is something else
   */
  public <T> T get(String path, Class<T> type) throws IOException {
    try {
      return new Gson().fromJson(get(path), type);
    } catch (JsonSyntaxException e) {
      throw otherKind(path, e);
    }
  }

  /**
   * The status of a program, as it tells it.
   *
   * @throws IOException if it cannot be had, or is that of the other program
   */
  public String status(Program program) throws IOException {
    String status = get(STATUS);
    JsonObject tree;
    try {
      tree = new Gson().fromJson(status, JsonObject.class);
    } catch (JsonSyntaxException e) {
      throw otherKind(STATUS, e);
    }
    for (Program found : Program.values()) {
      if (found != program && tree != null && tree.has(found.key)) {
        throw new IOException(
            address
                + " is the admin port of "
                + found.words
                + ": use "
                + found.command
                + " status, or name the one of "
                + program.words
                + " ("
                + option
                + " ADDR)");
      }
    }
    if (tree == null || !tree.has(program.key)) {
      throw otherKind(STATUS, null);
    }
    return status;
  }

  /** The same as a record. */
  public <T> T status(Program program, Class<T> type) throws IOException {
    try {
      return new Gson().fromJson(status(program), type);
    } catch (JsonSyntaxException e) {
      throw otherKind(STATUS, e);
    }
  }

  private IOException otherKind(String path, @Nullable Exception cause) {
    return new IOException(address + path + " is no admin port of this kind", cause);
  }
}
