package dev.adit.server.dispatch.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.Balance;
import dev.adit.server.registry.AgentGroup;
import dev.adit.server.registry.AgentSession;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which agent of a group a call goes to. */
final class AgentPickerTest {
  private static final GroupName GROUP = new GroupName("g");

  private static AgentGroup group(int... maxCalls) {
    List<AgentSession> agents = new ArrayList<>();
    for (int max : maxCalls) {
      agents.add(
          new AgentSession(
              new AgentId("agent-" + agents.size()),
              "run",
              Set.of(GROUP),
              0,
              max,
              "",
              "",
              Instant.EPOCH));
    }
    return new AgentGroup(GROUP, agents, agents);
  }

  private static Choice choice(Balance.Kind kind, int key) {
    return new Choice(kind, key);
  }

  private static AgentSession pick(AgentGroup group, Balance.Kind kind, int key) {
    AgentSession picked = AgentPicker.pick(group, choice(kind, key), List.of());
    assertNotNull(picked);
    return picked;
  }

  @ParameterizedTest
  @EnumSource(Balance.Kind.class)
  void everySlotIsGivenOnceAndNoneBeyond(Balance.Kind kind) {
    AgentGroup group = group(3, 1, 2);
    for (int i = 0; i < 6; i++) {
      assertNotNull(AgentPicker.pick(group, choice(kind, i), List.of()));
    }
    assertNull(AgentPicker.pick(group, choice(kind, 6), List.of()));
    for (AgentSession agent : group.agents()) {
      assertEquals(agent.maxCalls(), agent.calls());
    }
    AgentSession freed = group.agents().get(1);
    freed.end();
    assertSame(freed, pick(group, kind, 7));
  }

  @ParameterizedTest
  @EnumSource(Balance.Kind.class)
  void triedAgentIsNeverPicked(Balance.Kind kind) {
    AgentGroup group = group(100, 100);
    List<AgentSession> tried = List.of(group.agents().get(0));
    for (int i = 0; i < 50; i++) {
      assertSame(group.agents().get(1), AgentPicker.pick(group, choice(kind, i), tried));
    }
    assertNull(AgentPicker.pick(group, choice(kind, 0), group.agents()));
    assertEquals(0, group.agents().get(0).calls());
    assertNull(AgentPicker.pick(group(0), choice(kind, 0), List.of()));
  }

  @ParameterizedTest
  @EnumSource(Balance.Kind.class)
  void unhealthyAgentIsPickedOnlyWhereNoneIsHealthy(Balance.Kind kind) {
    List<AgentSession> agents = group(100, 100, 100).agents();
    AgentGroup oneHealthy = new AgentGroup(GROUP, agents, agents.subList(1, 2));
    AgentGroup noneHealthy = new AgentGroup(GROUP, agents, List.of());
    for (int i = 0; i < 50; i++) {
      assertSame(agents.get(1), pick(oneHealthy, kind, i));
    }
    assertNotNull(AgentPicker.pick(noneHealthy, choice(kind, 0), List.of()));
  }

  @Test
  void fewerCallsOfTwoKeepsTheLoadEven() {
    AgentGroup group = group(10_000, 10_000, 10_000, 10_000);
    for (int i = 0; i < 8000; i++) {
      pick(group, Balance.Kind.LEAST_CALLS, 0);
    }
    for (AgentSession agent : group.agents()) {
      assertTrue(Math.abs(agent.calls() - 2000) < 40, () -> "calls: " + agent.calls());
    }
  }

  @Test
  void roundRobinTakesTurnsAlsoWhenTheTurnOverflows() {
    AgentGroup group = group(100, 100, 100);
    for (int i = 0; i < 9; i++) {
      assertSame(group.agents().get(i % 3), pick(group, Balance.Kind.ROUND_ROBIN, i));
    }
    assertNotNull(pick(group, Balance.Kind.ROUND_ROBIN, Integer.MAX_VALUE));
    assertNotNull(pick(group, Balance.Kind.ROUND_ROBIN, Integer.MIN_VALUE));
  }

  @Test
  void hashedKeyStaysWithItsAgentWhenAnotherLeaves() {
    AgentGroup group = group(10_000, 10_000, 10_000);
    AgentSession leaver = group.agents().get(2);
    List<AgentSession> left = group.agents().subList(0, 2);
    AgentGroup smaller = new AgentGroup(GROUP, left, left);
    int[] share = new int[3];
    for (int key = 0; key < 3000; key++) {
      AgentSession before = pick(group, Balance.Kind.HASH, key * 7919);
      share[group.agents().indexOf(before)]++;
      if (before != leaver) {
        assertSame(before, pick(smaller, Balance.Kind.HASH, key * 7919));
      }
    }
    for (int each : share) {
      assertTrue(each > 800 && each < 1200, () -> "share " + each);
    }
  }

  /** Another loop that takes an agent's only slot while it is looked at. */
  private static final class Rival extends AbstractList<AgentSession> {
    private final int[] looks;
    private int look;

    /** At these looks at an agent, counted from 1. */
    Rival(int... looks) {
      this.looks = looks;
    }

    @Override
    public boolean contains(@Nullable Object agent) {
      look++;
      if (agent instanceof AgentSession session && Arrays.stream(looks).anyMatch(n -> n == look)) {
        session.tryBegin();
      }
      return false;
    }

    @Override
    public AgentSession get(int index) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int size() {
      return 0;
    }
  }

  @Test
  void agentWhoseLastSlotGoesElsewhereMeanwhileIsNotTheOnlyOne() {
    for (int look = 1; look <= 8; look++) {
      AgentGroup group = group(1, 1, 1);
      List<AgentSession> tried = new Rival(1, look);
      assertNotNull(
          AgentPicker.pick(group, choice(Balance.Kind.LEAST_CALLS, 0), tried), "look " + look);
      AgentGroup hashed = group(1, 1, 1);
      assertNotNull(
          AgentPicker.pick(hashed, choice(Balance.Kind.HASH, 7), new Rival(look)), "look " + look);
    }
  }
}
