package dev.adit.core.config.yaml;

import dev.adit.core.config.yaml.YamlNode.Entry;
import dev.adit.core.config.yaml.YamlNode.Mapping;
import dev.adit.core.config.yaml.YamlNode.Scalar;
import dev.adit.core.config.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Composes the text of one file to nodes. Nothing is ever loaded as an object or typed by YAML's
 * own rules, and what could surprise (anchors, aliases, merges, tags, depth, several documents, a
 * key twice) is refused where it stands. Confined to one thread.
 */
public final class YamlReader {

  /** The key path of the file as a whole. */
  public static final String ROOT = "(file)";

  private static final int MAX_DEPTH = 24;

  // deps
  private final Consumer<YamlProblem> problems;
  private final Iterator<Event> events;

  // state
  private String keyPath = ROOT;
  private @Nullable Event last;
  private int depth;

  private YamlReader(String text, Consumer<YamlProblem> problems) {
    this.problems = problems;
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Math.max(1, text.length()));
    options.setMaxAliasesForCollections(0);
    options.setNestingDepthLimit(MAX_DEPTH);
    options.setAllowRecursiveKeys(false);
    ParserImpl parser = new ParserImpl(new StreamReader(text), options);
    this.events =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return parser.peekEvent() != null;
          }

          @Override
          public Event next() {
            Event event = nextOf(parser);
            last = event;
            return event;
          }
        };
  }

  /** The parser fails with anything at all where an escape is cut off. */
  private static Event nextOf(ParserImpl parser) {
    try {
      return parser.getEvent();
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new YAMLException("a text that begins behind this place cannot be read", e);
    }
  }

  /** The root of the file, or null if it could not be composed; then the problem is noted. */
  public static @Nullable YamlNode read(String text, Consumer<YamlProblem> problems) {
    YamlReader reader = new YamlReader(text, problems);
    try {
      return reader.document();
    } catch (Refused refused) {
      problems.accept(refused.problem);
    } catch (MarkedYAMLException e) {
      problems.accept(reader.syntaxProblem(e, text));
    } catch (YAMLException e) {
      Event last = reader.last;
      problems.accept(
          new YamlProblem(
              last == null ? 1 : line(last),
              last == null ? 1 : column(last),
              reader.keyPath,
              plainWords(e)));
    }
    return null;
  }

  private @Nullable YamlNode document() throws Refused {
    events.next(); // StreamStart
    Event event = events.next();
    if (event.is(Event.ID.StreamEnd)) {
      throw refuse(event, "expected a mapping that starts with 'version: 1'; the file is empty");
    }
    YamlNode root = node(events.next());
    events.next(); // DocumentEnd
    Event after = events.next();
    if (!after.is(Event.ID.StreamEnd)) {
      throw refuse(after, "expected one YAML document in the file, found a second one");
    }
    return root;
  }

  private YamlNode node(Event event) throws Refused {
    refuseReferences(event);
    if (event instanceof ScalarEvent scalar) {
      return scalar(scalar);
    }
    if (++depth > MAX_DEPTH) {
      throw refuse(event, "expected at most " + MAX_DEPTH + " levels of nesting");
    }
    String outer = keyPath;
    YamlNode node =
        event instanceof MappingStartEvent ? mapping(event, outer) : sequence(event, outer);
    keyPath = outer;
    depth--;
    return node;
  }

  private Mapping mapping(Event start, String outer) throws Refused {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Event event = events.next(); !event.is(Event.ID.MappingEnd); event = events.next()) {
      keyPath = outer;
      Scalar key = key(event);
      keyPath = child(outer, key.abbreviated());
      YamlNode value = node(events.next());
      @Nullable Entry first = entries.putIfAbsent(key.text(), new Entry(key, value));
      if (first != null) {
        problems.accept(
            new YamlProblem(
                key.line(),
                key.column(),
                keyPath,
                "expected each key once; it is already on line " + first.key().line()));
      }
    }
    return new Mapping(line(start), column(start), entries);
  }

  private Scalar key(Event event) throws Refused {
    refuseReferences(event);
    if (!(event instanceof ScalarEvent scalar)) {
      throw refuse(event, "expected a plain word as key");
    }
    Scalar key = scalar(scalar);
    if (key.plain() && key.text().equals("<<")) {
      throw refuse(event, "merge keys (<<) are not supported; write the keys out");
    }
    return key;
  }

  private Sequence sequence(Event start, String outer) throws Refused {
    List<YamlNode> items = new ArrayList<>();
    for (Event event = events.next(); !event.is(Event.ID.SequenceEnd); event = events.next()) {
      keyPath = outer + "[" + items.size() + "]";
      items.add(node(event));
    }
    return new Sequence(line(start), column(start), items);
  }

  private static Scalar scalar(ScalarEvent event) {
    boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
    return new Scalar(line(event), column(event), event.getValue(), plain);
  }

  private void refuseReferences(Event event) throws Refused {
    if (event instanceof AliasEvent) {
      throw refuse(event, "aliases (*name) are not supported; write the value out");
    }
    if (event instanceof NodeEvent node && node.getAnchor() != null) {
      throw refuse(event, "anchors (&name) are not supported; remove the anchor");
    }
    boolean tagged =
        (event instanceof ScalarEvent scalar && scalar.getTag() != null)
            || (event instanceof CollectionStartEvent start && start.getTag() != null);
    if (tagged) {
      throw refuse(event, "tags (!name) are not supported; remove the tag");
    }
  }

  private YamlProblem syntaxProblem(MarkedYAMLException e, String text) {
    @Nullable Mark mark = e.getProblemMark();
    int line = mark == null ? 1 : mark.getLine() + 1;
    int column = mark == null ? 1 : mark.getColumn() + 1;
    boolean tab = mark != null && isTab(text, mark.getIndex());
    String expected =
        tab ? "expected spaces, found a tab; YAML indents with spaces only" : plainWords(e);
    return new YamlProblem(line, column, keyPath, expected);
  }

  private static boolean isTab(String text, int codePointIndex) {
    return text.codePoints().skip(codePointIndex).findFirst().orElse(0) == '\t';
  }

  private static String plainWords(YAMLException e) {
    @Nullable String problem =
        e instanceof MarkedYAMLException marked ? marked.getProblem() : e.getMessage();
    return "expected valid YAML; " + (problem == null ? "it cannot be read" : firstLine(problem));
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private Refused refuse(Event event, String expected) {
    return new Refused(new YamlProblem(line(event), column(event), keyPath, expected));
  }

  /** The key path of a key under another. */
  public static String child(String parent, String key) {
    return parent.equals(ROOT) ? key : parent + "." + key;
  }

  private static int line(Event event) {
    return event.getStartMark().getLine() + 1;
  }

  private static int column(Event event) {
    return event.getStartMark().getColumn() + 1;
  }

  /** Ends the reading of one file: what follows could not be understood without it. */
  private static final class Refused extends Exception {
    private final transient YamlProblem problem;

    Refused(YamlProblem problem) {
      super(problem.expected(), null, false, false);
      this.problem = problem;
    }
  }
}
