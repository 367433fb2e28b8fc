package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the documents for engineers call {@code Type.member} is a member of a type of ours: a
 * renamed method must not live on in a document.
 */
final class NamesTest {
  private static final Pattern MEMBER =
      Pattern.compile("([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)\\.([a-z]\\w+)(?:\\(.*\\))?");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.adit");

  static List<Document> documents() {
    return Document.all().stream()
        .filter(document -> document.toString().startsWith("docs"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("documents")
  void membersExist(Document document) {
    List<String> unknown =
        document.codeWords().stream()
            .filter(word -> MEMBER.matcher(word).matches())
            .filter(word -> !exists(word))
            .toList();
    assertEquals(List.of(), unknown);
  }

  private static boolean exists(String word) {
    var parts = MEMBER.matcher(word);
    assertTrue(parts.matches(), word);
    return CLASSES.stream()
        .filter(type -> type.getSimpleName().equals(parts.group(1)))
        .anyMatch(type -> hasMember(type, parts.group(2)));
  }

  /** Generated classes have their fields as getters: {@code initial_window} is getInitialWindow. */
  private static boolean hasMember(JavaClass type, String name) {
    String getter = "get" + name.replace("_", "");
    return type.getAllMembers().stream()
        .anyMatch(
            member ->
                member.getName().equals(name)
                    || member
                        .getName()
                        .toLowerCase(Locale.ROOT)
                        .equals(getter.toLowerCase(Locale.ROOT)));
  }

  @Test
  void lifeOfACallNamesTheCode() {
    long members =
        Document.named("docs/life-of-a-call.md").codeWords().stream()
            .filter(word -> MEMBER.matcher(word).matches())
            .count();
    assertTrue(members > 20, "only " + members + " members are named");
  }
}
