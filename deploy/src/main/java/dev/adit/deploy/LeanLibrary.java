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
 * Writes a library's jar without what nobody can reach: whole packages that the pom names, and
 * signatures, which prove a provider of algorithms to Java and matter for nothing else. As a module
 * it would be incomplete, and it is none: it lies in the class path.
 */
public final class LeanLibrary {
  private LeanLibrary() {}

  /**
   * Writes the jar under its own name.
   *
   * @param arguments a class in the jar; the directory to write to; which names in the jar are left
   *     out, as a regular expression
   */
  public static void main(String[] arguments) throws IOException {
    Path whole = jarOf(arguments[0]);
    Path directory = Files.createDirectories(Path.of(arguments[1]));
    Path lean = directory.resolve(whole.getFileName());
    Pattern leftOut =
        Pattern.compile(
            "(META-INF/versions/\\d+/)?(module-info\\.class|"
                + arguments[2]
                + ")|META-INF/[^/]+\\.(SF|RSA|DSA|MF)");
    try (JarFile in = new JarFile(whole.toFile());
        OutputStream file = Files.newOutputStream(lean);
        JarOutputStream out = new JarOutputStream(file)) {
      Manifest manifest = new Manifest(in.getManifest());
      // Hashes of each file.
      manifest.getEntries().clear();
      JarEntry first = copyOf(in.getJarEntry(JarFile.MANIFEST_NAME));
      out.putNextEntry(first);
      manifest.write(out);
      for (JarEntry entry : in.stream().filter(each -> isKept(each, leftOut)).toList()) {
        out.putNextEntry(copyOf(entry));
        in.getInputStream(entry).transferTo(out);
      }
    }
  }

  private static boolean isKept(JarEntry entry, Pattern leftOut) {
    return !entry.isDirectory() && !leftOut.matcher(entry.getName()).matches();
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
