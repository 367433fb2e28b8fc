package dev.adit.server.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.adit.core.name.GroupName;
import dev.adit.proto.v1.Hello;
import dev.adit.server.config.agents.AgentIdPattern;
import dev.adit.server.config.agents.AgentIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent says of itself counts only as far as its credential goes. */
final class AgentHelloTest {
  private static final GroupName SHOP = new GroupName("shop");
  private static final GroupName GAME = new GroupName("game");
  private static final GroupName OTHER = new GroupName("other");

  private static final List<AgentIdentity> PROVEN =
      List.of(identity("edge-*", SHOP, GAME), identity("edge-7", OTHER), identity("lone", OTHER));

  private static AgentIdentity identity(String id, GroupName... groups) {
    return new AgentIdentity(new AgentIdPattern(id), Set.of(groups), List.of(), null);
  }

  private static Hello.Builder hello(String id) {
    return Hello.newBuilder().setAgentId(id).setInstanceId("run-1");
  }

  private static String refusal(Hello.Builder hello) {
    return assertThrows(AgentHello.Refused.class, () -> AgentHello.of(hello.build(), PROVEN))
        .reason();
  }

  @Test
  void agentThatAsksForNothingServesAllItsCredentialAllows() throws AgentHello.Refused {
    assertEquals(Set.of(SHOP, GAME), AgentHello.of(hello("edge-1").build(), PROVEN).groups());
    assertEquals(
        Set.of(SHOP, GAME, OTHER), AgentHello.of(hello("edge-7").build(), PROVEN).groups());
  }

  @Test
  void agentMayServeLessAndNeverMore() throws AgentHello.Refused {
    assertEquals(
        Set.of(GAME), AgentHello.of(hello("edge-1").addGroups("game").build(), PROVEN).groups());
    assertEquals("forbidden", refusal(hello("edge-1").addGroups("game").addGroups("other")));
    assertEquals("forbidden", refusal(hello("edge-1").addGroups("unheard-of")));
  }

  @Test
  void agentIsNamedAsExactlyAsItsLinesDo() throws AgentHello.Refused {
    assertEquals(5 + 1, AgentHello.of(hello("edge-1").build(), PROVEN).exactness());
    assertEquals(Integer.MAX_VALUE, AgentHello.of(hello("edge-7").build(), PROVEN).exactness());
  }

  @Test
  void idOfAnotherCredentialIsForbidden() {
    assertEquals("forbidden", refusal(hello("stranger")));
    assertEquals("forbidden", refusal(hello("lone-2")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "with blank", "line\nfeed", "\u00fcmlaut"})
  void idThatIsNoneIsMalformed(String id) {
    assertEquals("malformed", refusal(hello(id)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a/b", "a\n"})
  void instanceThatIsNoneIsMalformed(String instance) {
    assertEquals("malformed", refusal(hello("edge-1").setInstanceId(instance)));
    assertEquals("malformed", refusal(hello("edge-1").setInstanceId("x".repeat(65))));
  }

  @Test
  void groupThatIsNoneIsMalformed() {
    assertEquals("malformed", refusal(hello("edge-1").addGroups("")));
  }

  @Test
  void foreignTextIsCutAndMadePrintable() throws AgentHello.Refused {
    AgentHello hello =
        AgentHello.of(
            hello("edge-1").setSoftwareVersion("a\u001b[31m\n" + "x".repeat(100)).build(), PROVEN);
    assertEquals("a?[31m?" + "x".repeat(57), hello.softwareVersion());
  }

  @Test
  void capacityBeyondAnIntIsNotSaid() throws AgentHello.Refused {
    assertEquals(0, AgentHello.of(hello("edge-1").setCapacity(-1).build(), PROVEN).capacity());
    assertEquals(7, AgentHello.of(hello("edge-1").setCapacity(7).build(), PROVEN).capacity());
  }

  @Test
  void wordsThatDoNotPrintAreReplacedAndManyAreCut() {
    assertEquals("a?b ~?", ForeignText.printable("a\u001bb ~\u00fc", 64));
    assertEquals("abc", ForeignText.printable("abcdef", 3));
    assertEquals("", ForeignText.printable("", 3));
  }

  /** On an event loop each took a tenth of a second. */
  @Test
  void lengthOfAnAgentsWordsCostsNothing() {
    String message = "\u0001".repeat(4 << 20);
    assertTimeout(
        Duration.ofSeconds(1),
        () -> {
          for (int i = 0; i < 100; i++) {
            assertEquals(64, ForeignText.printable(message, 64).length());
          }
        });
  }
}
