package dev.adit.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/**
 * Writes Bouncy Castle's jar without what nobody can reach. Adit reads and writes certificates and
 * keys with it; algorithms are Java's own. A quarter of the jar are tables of algorithms that are
 * withdrawn, and signatures that prove it a provider of algorithms to Java, which it is not here.
 * As a module it would be incomplete, and it is none: it lies in the class path.
 */
public final class LeanLibrary {
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(META-INF/versions/\\d+/)?(org/bouncycastle/pqc/legacy/.*|module-info\\.class)"
              + "|META-INF/[^/]+\\.(SF|RSA|DSA|MF)");

  private LeanLibrary() {}

  /**
   * Writes the jar under its own name.
   *
   * @param arguments a class in the jar; the directory to write to
   */
  public static void main(String[] arguments) throws IOException {
    Path whole = jarOf(arguments[0]);
    Path directory = Files.createDirectories(Path.of(arguments[1]));
    Path lean = directory.resolve(whole.getFileName());
    try (JarFile in = new JarFile(whole.toFile());
        OutputStream file = Files.newOutputStream(lean);
        JarOutputStream out = new JarOutputStream(file)) {
      Manifest manifest = new Manifest(in.getManifest());
      // Hashes of each file.
      manifest.getEntries().clear();
      JarEntry first = copyOf(in.getJarEntry(JarFile.MANIFEST_NAME));
      out.putNextEntry(first);
      manifest.write(out);
      for (JarEntry entry : in.stream().filter(LeanLibrary::isKept).toList()) {
        out.putNextEntry(copyOf(entry));
        in.getInputStream(entry).transferTo(out);
      }
    }
  }

  private static boolean isKept(JarEntry entry) {
    return !entry.isDirectory() && !LEFT_OUT.matcher(entry.getName()).matches();
  }

  /** The same name and time; sizes are those of the new file. */
  private static JarEntry copyOf(JarEntry entry) {
    JarEntry copy = new JarEntry(entry.getName());
    copy.setTime(entry.getTime());
    return copy;
  }

  private static Path jarOf(String className) throws IOException {
    try {
      URL jar = Class.forName(className).getProtectionDomain().getCodeSource().getLocation();
      return Path.of(jar.toURI());
    } catch (ClassNotFoundException | URISyntaxException e) {
      throw new IOException(className + " is in no jar of the class path", e);
    }
  }
}
