package dev.adit.server.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class NewSetupTest {
  @TempDir Path temporary;

  private Path directory = Path.of("");
  private Path key = Path.of("");
  private Path cert = Path.of("");

  @BeforeEach
  void make() throws IOException {
    directory = temporary.resolve("adit");
    key = directory.resolve("tls/server.key");
    cert = directory.resolve("tls/server.crt");
    new NewSetup(directory, List.of("localhost"), "agent-1", "shop", "127.0.0.1:50051").write();
  }

  private static PosixFileAttributes rights(Path file) throws IOException {
    return Files.readAttributes(file, PosixFileAttributes.class);
  }

  @Test
  void renewedFilesHaveTheModeOfThoseBefore() throws IOException {
    assertEquals("rw-------", PosixFilePermissions.toString(rights(key).permissions()));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    Files.setPosixFilePermissions(cert, PosixFilePermissions.fromString("rw-r-----"));
    String before = Files.readString(key);

    assertEquals(List.of("localhost"), NewSetup.renew(directory, List.of()));

    assertNotEquals(before, Files.readString(key));
    assertEquals("rw-r-----", PosixFilePermissions.toString(rights(key).permissions()));
    assertEquals("rw-r-----", PosixFilePermissions.toString(rights(cert).permissions()));
  }

  @Test
  void renewedKeyCanBeReadByTheGroupThatCouldBefore() throws IOException {
    // Root alone can give a file to a group that it is not in.
    assumeTrue("root".equals(System.getProperty("user.name")));
    GroupPrincipal group =
        key.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("daemon");
    Files.getFileAttributeView(key, PosixFileAttributeView.class).setGroup(group);

    NewSetup.renew(directory, List.of());

    assertEquals(group, rights(key).group());
    assertEquals("root", rights(key).owner().getName());
  }

  @Test
  void whatCannotBeWrittenWholeChangesNothing() throws IOException {
    String keyBefore = Files.readString(key);
    String certBefore = Files.readString(cert);
    // Nothing can be written there, as on a full disk.
    Files.createDirectories(directory.resolve("tls/server.crt.new/taken"));

    assertThrows(IOException.class, () -> NewSetup.renew(directory, List.of()));

    assertEquals(keyBefore, Files.readString(key));
    assertEquals(certBefore, Files.readString(cert));
    assertFalse(Files.exists(directory.resolve("tls/server.key.new")));
  }

  /** The last file has a character that cannot be written; those before it can. */
  private static void fail(Path directory) {
    String unwritable = "\ud800";
    NewSetup setup = new NewSetup(directory, List.of("localhost"), "a", "g", unwritable);
    assertThrows(IOException.class, setup::write);
  }

  @Test
  void whatFailsCanBeTriedAgain() throws IOException {
    Path fresh = temporary.resolve("fresh");
    fail(fresh);
    assertFalse(Files.exists(fresh));

    Path empty = Files.createDirectory(temporary.resolve("empty"));
    fail(empty);
    new NewSetup(empty, List.of("localhost"), "a", "g", "127.0.0.1:1").write();
    assertTrue(Files.exists(empty.resolve("agent.yaml")));
  }

  @Test
  void whatOthersHavePutThereStays() throws IOException {
    Path own = Files.writeString(directory.resolve("own"), "mine");
    assertThrows(
        IOException.class,
        () -> new NewSetup(directory, List.of("localhost"), "a", "g", "127.0.0.1:1").write());
    assertEquals("mine", Files.readString(own));
    assertTrue(Files.exists(key));
  }
}
