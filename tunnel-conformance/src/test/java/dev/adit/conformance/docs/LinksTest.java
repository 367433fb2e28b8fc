package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every relative link of a document leads to a file of the repository, and to a heading of it. */
final class LinksTest {
  static List<Document> documents() {
    return Document.all();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void relativeLinksResolve(Document document) {
    List<String> broken = new ArrayList<>();
    for (String target : document.targets()) {
      if (!target.matches("[a-z]+:.*") && !resolves(document, target)) {
        broken.add(target);
      }
    }
    assertEquals(List.of(), broken);
  }

  private static boolean resolves(Document document, String target) {
    int hash = target.indexOf('#');
    String name = hash < 0 ? target : target.substring(0, hash);
    Path file =
        name.isEmpty()
            ? document.file()
            : document.file().resolveSibling(name).toAbsolutePath().normalize();
    if (!file.startsWith(Document.ROOT) || !Files.exists(file)) {
      return false;
    }
    return hash < 0
        || !file.toString().endsWith(".md")
        || Document.read(file).anchors().contains(target.substring(hash + 1));
  }

  @Test
  void readmeLeadsToEveryDocument() {
    Set<Path> found = new TreeSet<>();
    follow(Document.named("README.md"), found);
    List<Path> all = Document.all().stream().map(Document::file).toList();
    assertEquals(new TreeSet<>(all), found);
  }

  private static void follow(Document document, Set<Path> found) {
    if (!found.add(document.file())) {
      return;
    }
    for (String target : document.targets()) {
      String name = target.replaceFirst("#.*", "");
      if (name.endsWith(".md") && !name.contains(":")) {
        follow(Document.read(document.file().resolveSibling(name).normalize()), found);
      }
    }
  }
}
