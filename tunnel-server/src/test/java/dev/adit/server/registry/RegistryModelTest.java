package dev.adit.server.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.core.tunnel.TunnelStream;
import dev.adit.testing.tunnel.HandLoop;
import dev.adit.testing.tunnel.TunnelPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every sequence of five steps in which four tunnels of three runs of two agents come and go, held
 * against a list of who is there.
 */
@Timeout(60)
final class RegistryModelTest {
  private static final int STEPS = 5;
  private static final GroupName BOTH = new GroupName("both");

  /** A tunnel that may come and go. */
  private record Party(String agent, String run, GroupName group, TunnelStream tunnel) {
    static Party of(String agent, String run, String group) {
      TunnelStream tunnel = new TunnelPair(new HandLoop(), TunnelPair.SMALL).server().stream();
      return new Party(agent, run, new GroupName(group), tunnel);
    }

    String session() {
      return agent + "/" + run;
    }
  }

  private static final List<Party> PARTIES =
      List.of(
          Party.of("a", "1", "of-a"),
          Party.of("a", "1", "of-a"),
          Party.of("a", "2", "of-a"),
          Party.of("b", "1", "of-b"));

  // Of one sequence.
  private AgentRegistry registry = new AgentRegistry();
  private final List<Party> present = new ArrayList<>();
  private final Map<Party, AgentSession> joined = new HashMap<>();

  @Test
  void everySequenceLeavesWhatTheModelHas() {
    int choices = 2 * PARTIES.size();
    int sequences = (int) Math.pow(choices, STEPS);
    for (int sequence = 0; sequence < sequences; sequence++) {
      registry = new AgentRegistry();
      present.clear();
      joined.clear();
      int rest = sequence;
      for (int step = 0; step < STEPS; step++) {
        step(PARTIES.get(rest % choices / 2), rest % 2 == 0);
        check();
        rest /= choices;
      }
    }
  }

  /** A tunnel that is there cannot come; one that has gone may go again, which changes nothing. */
  private void step(Party party, boolean comes) {
    if (comes) {
      if (!present.contains(party)) {
        joined.put(party, join(party));
        present.add(party);
      }
      return;
    }
    AgentSession session = joined.get(party);
    if (session != null) {
      registry.leave(session, party.tunnel());
      present.remove(party);
    }
  }

  private AgentSession join(Party party) {
    AgentId id = new AgentId(party.agent());
    return registry.join(
        id,
        party.run(),
        party.tunnel(),
        () ->
            new AgentSession(
                id, party.run(), Set.of(BOTH, party.group()), 1, "", "", Instant.EPOCH));
  }

  private void check() {
    Map<String, List<TunnelStream>> expected = new LinkedHashMap<>();
    for (AgentSession session : registry.snapshot().sessions()) {
      expected.put(session.toString(), List.of(session.tunnels()));
    }
    assertEquals(sessions(present.stream()), expected);
    assertEquals(sessions(present.stream()).keySet(), agents(BOTH));
    for (Party party : PARTIES) {
      assertEquals(
          sessions(present.stream().filter(each -> each.group().equals(party.group()))).keySet(),
          agents(party.group()));
      assertEquals(
          joined.keySet().stream().anyMatch(each -> each.group().equals(party.group())),
          registry.hasEverJoined(party.group()));
    }
    present.forEach(party -> checkOthers(Objects.requireNonNull(joined.get(party))));
  }

  private void checkOthers(AgentSession session) {
    Set<String> others =
        present.stream()
            .filter(
                each ->
                    each.agent().equals(session.id().value())
                        && !each.run().equals(session.instance()))
            .map(Party::session)
            .collect(Collectors.toSet());
    assertEquals(
        others,
        registry.others(session).stream().map(AgentSession::toString).collect(Collectors.toSet()));
  }

  /** Sessions with their tunnels, which are in the order in which they came. */
  private static Map<String, List<TunnelStream>> sessions(Stream<Party> parties) {
    return parties.collect(
        Collectors.groupingBy(
            Party::session,
            LinkedHashMap::new,
            Collectors.mapping(Party::tunnel, Collectors.toList())));
  }

  private Set<String> agents(GroupName name) {
    @Nullable AgentGroup group = registry.snapshot().group(name);
    return group == null
        ? Set.of()
        : group.agents().stream().map(Object::toString).collect(Collectors.toSet());
  }
}
