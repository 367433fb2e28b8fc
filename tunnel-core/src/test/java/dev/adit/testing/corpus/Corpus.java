package dev.adit.testing.corpus;

import dev.adit.core.config.ConfigProblem;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.TlsIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The corpus of configuration files in {@code src/test/resources/corpus} of tunnel-core. Beside
 * each broken file {@code x.yaml} stands {@code x.expected}: first whether the schema refuses the
 * file too, then every problem our reader is to tell, without the file's name.
 */
public final class Corpus {
  private static final TlsIdentity IDENTITY = CertificateAuthority.create("corpus").identity();

  private Corpus() {}

  /** The root of the project, from wherever in it the tests run. */
  public static Path projectRoot() {
    for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
      if (Files.isDirectory(path.resolve("rules/schema"))) {
        return path;
      }
    }
    throw new IllegalStateException("not within the project: " + Path.of("").toAbsolutePath());
  }

  /** All files of a kind, {@code good} or {@code bad}. */
  public static List<Path> files(String kind, String quality) {
    Path directory =
        projectRoot()
            .resolve("tunnel-core/src/test/resources/corpus")
            .resolve(kind)
            .resolve(quality);
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is to be said about a broken file. */
  public static List<String> expected(Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("yaml$", "expected");
    return Files.readAllLines(file.resolveSibling(name));
  }

  /** What has been said about a file, in the form of {@link #expected}. */
  public static List<String> said(
      List<String> complaints, List<ConfigProblem> problems, UnaryOperator<String> clean) {
    List<String> said = new ArrayList<>();
    said.add(complaints.isEmpty() ? "schema: cannot tell" : "schema: refuses");
    for (ConfigProblem problem : problems) {
      said.add(clean.apply(problem.toString().substring(problem.file().length() + 1)));
    }
    return said;
  }

  /** Copies a file to where all that the corpus names is there. */
  public static Path stage(Path file, Path directory, @Nullable String as) throws IOException {
    String certificate = CertificateAuthority.pem(IDENTITY.chain());
    for (Map.Entry<String, String> there :
        Map.of(
                "tls/entry.crt",
                certificate,
                "tls/entry.key",
                CertificateAuthority.pem(IDENTITY.key()),
                "tls/ca.crt",
                certificate,
                "secrets/admin.token",
                "not-looked-into\n",
                "secrets/agent.token",
                "not-looked-into\n")
            .entrySet()) {
      Path path = directory.resolve(there.getKey());
      Files.createDirectories(path.resolveSibling("."));
      Files.writeString(path, there.getValue());
    }
    Files.createDirectories(directory.resolve("rules"));
    Files.writeString(directory.resolve("agents.yaml"), "version: 1\nagents: []\n");
    Path staged = directory.resolve(as == null ? file.getFileName().toString() : as);
    Files.createDirectories(staged.resolveSibling("."));
    return Files.copy(file, staged, StandardCopyOption.REPLACE_EXISTING);
  }
}
