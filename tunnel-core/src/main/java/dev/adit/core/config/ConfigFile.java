package dev.adit.core.config;

import dev.adit.core.config.environment.Overrides;
import dev.adit.core.config.environment.ScalarKeys;
import dev.adit.core.config.yaml.YamlNode;
import dev.adit.core.config.yaml.YamlProblem;
import dev.adit.core.config.yaml.YamlReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file: the name problems are reported under, and the directory that paths in it
 * are relative to.
 */
public record ConfigFile(String name, Path directory) {

  /** Largest file we read. */
  public static final int MAX_BYTES = 1024 * 1024;

  private static final Pattern OUR_COPY =
      Pattern.compile("/run/credentials/(tunnel-(?:server|agent))\\.service/secrets_(.+)");

  /** A file on disk, reported under the path as it was given. */
  public static ConfigFile of(Path path) {
    @Nullable Path parent = path.toAbsolutePath().getParent();
    return new ConfigFile(path.toString(), parent == null ? path.toAbsolutePath() : parent);
  }

  /** Reads the file at {@code path}; null if it is unusable, with the reason in problems. */
  public static @Nullable ConfigMap read(Path path, ConfigProblems problems) {
    return read(path, Overrides.none(), problems);
  }

  /** The same with what environment variables say instead. */
  public static @Nullable ConfigMap read(Path path, Overrides overrides, ConfigProblems problems) {
    ConfigFile file = of(path);
    byte @Nullable [] bytes = file.load(path, problems);
    return bytes == null ? null : file.parse(bytes, overrides, problems);
  }

  /** Reads {@code bytes} as the text of this file; null if unusable, the reason in problems. */
  public @Nullable ConfigMap parse(byte[] bytes, ConfigProblems problems) {
    return parse(bytes, Overrides.none(), problems);
  }

  private @Nullable ConfigMap parse(byte[] bytes, Overrides overrides, ConfigProblems problems) {
    @Nullable String text = decode(bytes, problems);
    if (text == null) {
      return null;
    }
    @Nullable YamlNode root = YamlReader.read(text, problem -> problems.add(of(problem)));
    if (root == null) {
      return null;
    }
    YamlNode whole = overrides.over(root, problem -> problems.add(of(problem)));
    overrides.warnings(whole).forEach(problems::warn);
    ConfigMap map = new ConfigValue(this, problems, ConfigProblem.WHOLE_FILE, whole).map();
    requireVersion(map);
    return map;
  }

  private static void requireVersion(ConfigMap map) {
    if (!map.isMapping()) {
      return;
    }
    @Nullable ConfigValue version = map.required("version", "1, the version of this file's format");
    if (version != null) {
      version.integer(1, 1, 1);
    }
  }

  private byte @Nullable [] load(Path path, ConfigProblems problems) {
    try (var in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        problems.add(whole(1, 1, "expected at most 1 MiB; the file is larger"));
        return null;
      }
      return bytes;
    } catch (NoSuchFileException e) {
      problems.add(whole(1, 1, "expected a readable file; there is none of this name"));
    } catch (AccessDeniedException e) {
      String user = System.getProperty("user.name");
      problems.add(whole(1, 1, "expected a file that the user '" + user + "' may read"));
    } catch (IOException e) {
      problems.add(whole(1, 1, "expected a readable file; " + e.getMessage()));
    }
    return null;
  }

  private @Nullable String decode(byte[] bytes, ConfigProblems problems) {
    if (bytes.length > MAX_BYTES) {
      problems.add(whole(1, 1, "expected at most 1 MiB; the file is larger"));
      return null;
    }
    CharBuffer chars = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
    String text = chars.flip().toString();
    if (result.isError()) {
      problems.add(at(text, text.length(), "expected UTF-8 text; this byte is not"));
      return null;
    }
    if (text.startsWith("\uFEFF")) {
      problems.add(whole(1, 1, "expected UTF-8 without a byte order mark; save without BOM"));
      return null;
    }
    int control = firstControl(text);
    if (control >= 0) {
      String code = String.format("U+%04X", (int) text.charAt(control));
      problems.add(at(text, control, "expected text; found the control character " + code));
      return null;
    }
    return text;
  }

  private ConfigProblem of(YamlProblem problem) {
    if (problem.line() == Overrides.NOT_IN_FILE) {
      return ConfigProblem.inEnvironment(
          ScalarKeys.variable(problem.keyPath()), problem.keyPath(), problem.expected(), null);
    }
    return new ConfigProblem(
        name, problem.line(), problem.column(), problem.keyPath(), problem.expected(), null);
  }

  private static int firstControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean space = c == '\n' || c == '\r' || c == '\t';
      if ((c < 0x20 && !space) || c == 0x7F || c == 0xFFFE || c == 0xFFFF) {
        return i;
      }
    }
    return -1;
  }

  private ConfigProblem at(String text, int index, String expected) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index; i++) {
      if (text.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return whole(line, text.codePointCount(lineStart, index) + 1, expected);
  }

  private ConfigProblem whole(int line, int column, String expected) {
    return new ConfigProblem(name, line, column, ConfigProblem.WHOLE_FILE, expected, null);
  }

  /**
   * Who makes a file that is not there, if nobody but systemd does, for the service alone: our
   * units have it copy {@code secrets/NAME} to {@code secrets_NAME}.
   */
  static String maker(Path path) {
    if (!path.startsWith("/run/credentials")) {
      return "";
    }
    Matcher ours = OUR_COPY.matcher(path.toString());
    return ours.matches()
        ? ours.replaceFirst(
            ", where systemd puts a copy of /etc/$1/secrets/$2 while the service runs; see that"
                + " this is there, and name it until then")
        : ", where systemd puts it while the service runs; until then name what it is a copy of";
  }
}
