package dev.adit.conformance.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One Markdown document of the repository. */
public record Document(Path file, String text) {
  /** The root of the repository: tests run in the directory of their module. */
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern FENCE = Pattern.compile("(?ms)^```[ ]*([^\\n]*)\\n(.*?)^```[ ]*$");
  private static final Pattern LINK = Pattern.compile("!?\\[[^\\]]*]\\(([^)\\s]+)\\)");
  private static final Pattern IMAGE = Pattern.compile("(?:src|srcset|href)=\"([^\"]+)\"");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?)\\s*$");
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

  /** A fenced block: the words behind the fence, and what it holds. */
  public record Block(String words, String body) {}

  /** README and its kind at the root, and everything in docs/ and examples/. */
  static List<Document> all() {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> examples = Files.walk(ROOT.resolve("examples"))) {
      return Stream.concat(Stream.concat(top, docs), examples)
          .filter(path -> path.toString().endsWith(".md"))
          .sorted()
          .map(Document::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Document read(Path file) {
    try {
      return new Document(file, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Document named(String name) {
    return read(ROOT.resolve(name));
  }

  public List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    Matcher fence = FENCE.matcher(text);
    while (fence.find()) {
      blocks.add(new Block(fence.group(1).strip(), fence.group(2)));
    }
    return blocks;
  }

  /** The document without its fenced blocks. */
  String prose() {
    return FENCE.matcher(text).replaceAll("");
  }

  /** What it links to and shows, as written. */
  List<String> targets() {
    List<String> targets = new ArrayList<>();
    for (Pattern pattern : List.of(LINK, IMAGE)) {
      Matcher matcher = pattern.matcher(CODE.matcher(prose()).replaceAll(""));
      while (matcher.find()) {
        targets.add(matcher.group(1));
      }
    }
    return targets;
  }

  /** The anchors of its headings, as GitHub makes them. */
  Set<String> anchors() {
    Set<String> anchors = new TreeSet<>();
    Matcher heading = HEADING.matcher(prose());
    while (heading.find()) {
      anchors.add(
          heading
              .group(1)
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  /** What stands in backticks outside of fenced blocks. */
  List<String> codeWords() {
    return CODE.matcher(prose()).results().map(found -> found.group(1)).toList();
  }

  /**
   * The rows of the table under a heading, without its head; cells are stripped of blanks and
   * backticks.
   */
  List<List<String>> table(String heading) {
    String[] parts = text.split("(?m)^#+ " + Pattern.quote(heading) + "\\s*$", 2);
    if (parts.length < 2) {
      throw new IllegalArgumentException(file + " has no heading " + heading);
    }
    return parts[1]
        .lines()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(Document::cells)
        .toList();
  }

  private static List<String> cells(String row) {
    String inner = row.strip().substring(1, row.strip().length() - 1);
    return Stream.of(inner.split("\\|", -1)).map(cell -> cell.strip().replace("`", "")).toList();
  }

  @Override
  public String toString() {
    return ROOT.relativize(file).toString();
  }
}
