package dev.adit.server.setup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.PemFiles;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.token.Token;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Writes a first setup into a directory: an authority and a certificate, a token, and the files of
 * a server and of one agent. Blocks while it writes; any thread.
 *
 * @param directory new or empty
 * @param hosts names and addresses that callers and agents dial; at least one
 * @param agent the agent's id
 * @param group what it serves
 * @param backend what it reaches
 */
public record NewSetup(
    Path directory, List<String> hosts, String agent, String group, String backend) {
  /** Of the server's certificate. */
  public static final Duration CERTIFICATE_LIFETIME = Duration.ofDays(825);

  private static final List<String> DIRECTORIES = List.of("tls", "secrets", "rules");
  private static final String CA_CERT = "tls/ca.crt";
  private static final String CA_KEY = "tls/ca.key";
  private static final String CERT = "tls/server.crt";
  private static final String KEY = "tls/server.key";

  private static final Set<OpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  public NewSetup {
    hosts = List.copyOf(hosts);
  }

  /**
   * Writes the files; the keys and the token are readable by their owner only.
   *
   * @throws IOException if the directory is in use or cannot be written; then nothing of what was
   *     written is left, so that the next try finds the directory as this one did
   */
  public void write() throws IOException {
    boolean isNew = !Files.exists(directory);
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        if (files.findAny().isPresent()) {
          throw new IOException(directory + " is not empty; name a new directory, or one that is");
        }
      }
    }
    try {
      writeAll();
    } catch (IOException | RuntimeException e) {
      takeBack(isNew);
      throw e;
    }
  }

  private void writeAll() throws IOException {
    for (String each : DIRECTORIES) {
      Files.createDirectories(directory.resolve(each));
    }
    CertificateAuthority authority = CertificateAuthority.create("Adit " + hosts.get(0));
    write(CA_CERT, CertificateAuthority.pem(authority.identity().chain()));
    putSecret(directory.resolve(CA_KEY), CertificateAuthority.pem(authority.identity().key()));
    writeIdentity(directory, authority.issue(hosts, CERTIFICATE_LIFETIME));
    Token token = Token.newToken();
    putSecret(directory.resolve("secrets/agent.token"), token.secret() + "\n");
    write("server.yaml", serverFile());
    write("agents.yaml", agentsFile(token));
    write("rules/rules.yaml", rulesFile());
    write("agent.yaml", agentFile());
  }

  /** What cannot be taken away stays, and the next try says so. */
  private void takeBack(boolean isNew) {
    Stream.of(
            Stream.of(CA_CERT, CA_KEY, CERT, KEY, "secrets/agent.token", "server.yaml"),
            Stream.of("agents.yaml", "rules/rules.yaml", "agent.yaml"),
            DIRECTORIES.stream(),
            isNew ? Stream.of("") : Stream.<String>empty())
        .flatMap(names -> names)
        .map(directory::resolve)
        .map(Path::toFile)
        // Of directories only those that are empty.
        .forEach(File::delete);
  }

  /**
   * Puts a new certificate, by the authority of an earlier setup, in the place of the server's. Its
   * owner, group and mode, and those of its key, stay as they are.
   *
   * @param hosts what it is for; empty: what the one before is for
   * @return what it is for
   * @throws IOException if the directory has no authority, cannot be written, or has files whose
   *     owner or group this user cannot give to others; then the certificate and its key are those
   *     of before
   */
  public static List<String> renew(Path directory, List<String> hosts) throws IOException {
    CertificateAuthority authority =
        CertificateAuthority.read(directory.resolve(CA_CERT), directory.resolve(CA_KEY));
    List<String> names =
        hosts.isEmpty()
            ? CertificateNames.all(PemFiles.certificates(directory.resolve(CERT)).get(0))
            : hosts;
    writeIdentity(directory, authority.issue(names, CERTIFICATE_LIFETIME));
    return names;
  }

  /** Both or, as on a full disk, none: a key is no good beside the certificate of another. */
  private static void writeIdentity(Path directory, TlsIdentity identity) throws IOException {
    Path key = directory.resolve(KEY);
    Path cert = directory.resolve(CERT);
    Path newKey = beside(key, CertificateAuthority.pem(identity.key()), OWNER_ONLY);
    Path newCert;
    try {
      newCert = beside(cert, CertificateAuthority.pem(identity.chain()));
    } catch (IOException e) {
      Files.deleteIfExists(newKey);
      throw e;
    }
    put(newKey, key);
    put(newCert, cert);
  }

  private void write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    put(beside(file, text), file);
  }

  /** In one step, so that nobody else can have it open, or sees half of it. */
  private static void putSecret(Path file, String text) throws IOException {
    put(beside(file, text, OWNER_ONLY), file);
  }

  /** Writes what will take a file's place; who may read the one may read the other. */
  private static Path beside(Path file, String text, FileAttribute<?>... otherwise)
      throws IOException {
    Path made = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(made);
    // Root may do this where another user owns the directory, and puts links into it.
    try (SeekableByteChannel out = Files.newByteChannel(made, NEW, otherwise)) {
      ByteBuffer left = UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      while (left.hasRemaining()) {
        out.write(left);
      }
      if (Files.exists(file)) {
        keepRights(file, made);
      }
    } catch (IOException e) {
      Files.deleteIfExists(made);
      // What a full disk says has no name in it.
      throw e instanceof FileSystemException ? e : new IOException(file + ": " + e.getMessage(), e);
    }
    return made;
  }

  /** A server that runs as a user of its own must be able to read what root has renewed. */
  private static void keepRights(Path file, Path made) throws IOException {
    PosixFileAttributes rights = Files.readAttributes(file, PosixFileAttributes.class);
    PosixFileAttributeView view =
        Files.getFileAttributeView(made, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributes ours = view.readAttributes();
    try {
      if (!ours.group().equals(rights.group())) {
        view.setGroup(rights.group());
      }
      if (!ours.owner().equals(rights.owner())) {
        view.setOwner(rights.owner());
      }
      view.setPermissions(rights.permissions());
    } catch (FileSystemException e) {
      throw new IOException(
          "%s belongs to %s:%s, and so must the new one; do this as root"
              .formatted(file, rights.owner().getName(), rights.group().getName()),
          e);
    }
  }

  private static void put(Path made, Path file) throws IOException {
    Files.move(made, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String serverFile() {
    return """
        # The public host. docs/configuration.md has every key.
        version: 1

        # Where callers come in. They trust tls/ca.crt, or put a certificate of a public authority here.
        entry:
          listen: 0.0.0.0:8002
          tls: {cert: tls/server.crt, key: tls/server.key}

        # Where agents dial in.
        tunnel:
          listen: 0.0.0.0:8003
          tls: {cert: tls/server.crt, key: tls/server.key}

        admin:
          listen: 127.0.0.1:8004

        rules: rules/
        agents: agents.yaml
        """;
  }

  private String agentsFile(Token token) {
    return """
        # Who may connect as an agent; followed while the server runs. One more:
        # tunnel-server token new --agent ID --group GROUP
        version: 1

        agents:
        - id: %s
          groups: [%s]
          tokens:
          - sha256: %s
        """
        .formatted(YamlText.of(agent), YamlText.of(group), token.hash().hex());
  }

  private String rulesFile() {
    return """
        # Which calls go where; followed while the server runs. docs/rules.md has every key.
        version: 1

        rules:
        - name: everything
          to: %s
        """
        .formatted(YamlText.of(group));
  }

  private String agentFile() {
    return """
        # Beside the services: take this file, tls/ca.crt and secrets/agent.token there.
        version: 1

        id: %s
        groups: [%s]
        servers: ["%s:8003"]
        tls: {ca: tls/ca.crt}
        token: {file: secrets/agent.token}

        # The only addresses that this agent dials.
        upstreams:
        - name: backend
          backends: ["%s"]
        """
        .formatted(YamlText.of(agent), YamlText.of(group), bracketed(hosts.get(0)), backend);
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
