package dev.adit.agent.sync;

import dev.adit.agent.backend.UpstreamTable;
import dev.adit.agent.config.AllowList;
import dev.adit.agent.config.ConfigSyncMode;
import dev.adit.agent.dispatch.RoutedUpstreams;
import dev.adit.agent.dispatch.ServedUpstreams;
import dev.adit.agent.health.HealthChecks;
import dev.adit.agent.routing.AgentRoutes;
import dev.adit.core.http2.read.ReceiveWindows;
import dev.adit.core.name.GroupName;
import dev.adit.core.process.EventLoops;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that servers hand to groups, and which of it is in force. As long as any server
 * hands out what is in force, it stays: servers that disagree are told so, and the agent goes on
 * with what it has. It also stays when its server is gone, until another one hands out something
 * else. Told by any thread, works on one of its own.
 */
public final class HandedGroups implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HandedGroups.class);

  /** Sixteen documents of the largest size that is read. */
  private static final long MAX_UNREAD_CHARS = 16L << 20;

  /** One server's word on one group. */
  private record Source(String serverId, GroupName group) {}

  /** A document that nobody has read yet. */
  private record Unread(ConfigPeer peer, String revision, String document) {}

  // deps
  private final HandedConfigReader reader;
  private final ServedUpstreams served;
  private final HealthChecks health;
  private final EventLoops loops;
  private final ReceiveWindows.Sizes windows;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(new DefaultThreadFactory("config-sync", true));

  // shared: only the newest document of a source waits, and only so much of all sources together,
  // so a server cannot fill our memory
  private final Map<Source, Unread> unread = new ConcurrentHashMap<>();
  private final AtomicLong unreadChars = new AtomicLong();

  // state, confined to the thread
  private final Map<String, List<ConfigPeer>> tunnels = new HashMap<>();
  private final Map<Source, Offer> offers = new LinkedHashMap<>();
  private final Map<GroupName, String> inForce = new HashMap<>();
  private final Map<GroupName, Burden> burdens = new HashMap<>();

  // shared: replaced as a whole
  private volatile List<HandedStatus> status = List.of();

  /**
   * Groups that have been handed nothing yet.
   *
   * @param allow what may be dialled, whoever asks for it
   * @param served where configuration is put in force
   * @param health watches what is put in force
   * @param windows what a backend may send on a stream before it moves on
   */
  public HandedGroups(
      ConfigSyncMode mode,
      AllowList allow,
      ServedUpstreams served,
      HealthChecks health,
      EventLoops loops,
      ReceiveWindows.Sizes windows) {
    reader = new HandedConfigReader(mode, allow);
    this.served = served;
    this.health = health;
    this.loops = loops;
    this.windows = windows;
  }

  /** What servers hand out now, and what became of it. */
  public List<HandedStatus> status() {
    return status;
  }

  /** A tunnel is up. */
  public void onTunnelUp(ConfigPeer peer) {
    run(() -> tunnels.computeIfAbsent(peer.serverId(), id -> new ArrayList<>(2)).add(peer));
  }

  /** A tunnel that was up has ended. */
  public void onTunnelEnded(ConfigPeer peer) {
    run(() -> tunnelEnded(peer));
  }

  /**
   * A server hands out a group's configuration.
   *
   * @param document as in an agent's file; empty: the group has none any more
   * @return false if it is not taken, since too much waits to be read
   */
  public boolean onDocument(ConfigPeer peer, GroupName group, String revision, String document) {
    if (unreadChars.addAndGet(document.length()) > MAX_UNREAD_CHARS) {
      unreadChars.addAndGet(-document.length());
      return false;
    }
    Source source = new Source(peer.serverId(), group);
    Unread before = unread.put(source, new Unread(peer, revision, document));
    if (before == null) {
      run(() -> read(source));
    } else {
      unreadChars.addAndGet(-before.document().length());
    }
    return true;
  }

  private void run(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("the agent ends; what servers hand out does not matter any more");
    }
  }

  private void tunnelEnded(ConfigPeer peer) {
    List<ConfigPeer> left = tunnels.getOrDefault(peer.serverId(), new ArrayList<>());
    left.remove(peer);
    if (!left.isEmpty()) {
      return;
    }
    tunnels.remove(peer.serverId());
    List<Source> gone =
        offers.keySet().stream().filter(each -> each.serverId().equals(peer.serverId())).toList();
    gone.forEach(offers::remove);
    gone.forEach(each -> decide(each.group()));
    publish();
  }

  private void read(Source source) {
    Unread document = unread.remove(source);
    if (document != null) {
      unreadChars.addAndGet(-document.document().length());
    }
    if (document == null || !tunnels.containsKey(source.serverId())) {
      return;
    }
    offers.remove(source);
    Offer offer = offer(document, source.group());
    if (offer.isWithdrawal()) {
      withdraw(offer);
    } else {
      offers.put(source, offer);
      decide(source.group());
    }
    publish();
  }

  private Offer offer(Unread document, GroupName group) {
    try {
      HandedConfig config = reader.read(group, document.document());
      return new Offer(document.peer(), group, document.revision(), config, null);
    } catch (HandedConfig.Refused e) {
      return new Offer(document.peer(), group, document.revision(), HandedConfig.NONE, e);
    }
  }

  /**
   * A server that hands out nothing any more has no say; if it was the last, the group has none.
   */
  private void withdraw(Offer offer) {
    if (usable(offer.group()).isEmpty() && inForce.remove(offer.group()) != null) {
      served.hand(offer.group(), null);
      burdens.remove(offer.group());
      log.info("group {}: {} hands out nothing any more", offer.group(), offer.peer().address());
    }
    decide(offer.group());
    answer(offer, true, "");
  }

  /** Puts one of the group's offers in force if what is in force is nobody's word any more. */
  private void decide(GroupName group) {
    List<Offer> usable = usable(group);
    String current = inForce.get(group);
    if (!usable.isEmpty() && usable.stream().noneMatch(each -> each.revision().equals(current))) {
      Offer next = usable.get(0);
      try {
        serve(next);
      } catch (IOException e) {
        next.reject(
            new HandedConfig.Refused("TLS to backends cannot be set up: " + e.getMessage(), false));
        decide(group);
        return;
      } catch (HandedConfig.Refused e) {
        next.reject(e);
        decide(group);
        return;
      }
    }
    served.withhold(
        group, !inForce.containsKey(group) && offers(group).stream().anyMatch(Offer::isNotAllowed));
    offers(group).forEach(this::tell);
  }

  private void serve(Offer offer) throws IOException, HandedConfig.Refused {
    GroupName group = offer.group();
    HandedConfig config = offer.config();
    Burden burden = Burden.of(config);
    Burden all = burden;
    for (Map.Entry<GroupName, Burden> each : burdens.entrySet()) {
      all = each.getKey().equals(group) ? all : all.plus(each.getValue());
    }
    all.check();
    RoutedUpstreams before = served.handed().get(group);
    UpstreamTable table =
        new UpstreamTable(
            config.upstreams(), loops, windows, before == null ? null : before.upstreams());
    served.hand(
        group, new RoutedUpstreams(AgentRoutes.of(config.upstreams(), config.routes()), table));
    health.watch(table);
    table.connect();
    burdens.put(group, burden);
    inForce.put(group, offer.revision());
  }

  private void tell(Offer offer) {
    HandedConfig.Refused problem = offer.problem();
    if (problem != null) {
      answer(offer, false, problem.text());
      return;
    }
    Offer other = other(offer);
    if (!offer.revision().equals(inForce.get(offer.group()))) {
      answer(
          offer,
          false,
          "another server"
              + (other == null ? "" : ", " + other.peer().address() + ",")
              + " hands out something else for this group, which stays in force until both agree");
    } else if (other != null) {
      answer(
          offer,
          true,
          "another server, " + other.peer().address() + ", hands out something else, not served");
    } else {
      answer(
          offer,
          true,
          served.own().routes().takesAll()
              ? "but no call comes to it: the only upstream of the agent's own file takes all"
              : "");
    }
  }

  /** Another server's offer for the same group that says something else. */
  private @Nullable Offer other(Offer offer) {
    for (Offer each : usable(offer.group())) {
      if (!each.revision().equals(offer.revision())) {
        return each;
      }
    }
    return null;
  }

  private List<Offer> offers(GroupName group) {
    return offers.values().stream().filter(each -> each.group().equals(group)).toList();
  }

  private List<Offer> usable(GroupName group) {
    return offers(group).stream().filter(each -> each.problem() == null).toList();
  }

  private void answer(Offer offer, boolean accepted, String message) {
    if (!offer.isNewAnswer(accepted, message)) {
      return;
    }
    String address = offer.peer().address();
    if (accepted && message.isEmpty()) {
      log.info("group {}: the configuration of {} is served", offer.group(), address);
    } else {
      log.warn(
          "group {}: the configuration of {} is {}: {}",
          offer.group(),
          address,
          accepted ? "served" : "refused",
          message);
    }
    List<ConfigPeer> up = tunnels.getOrDefault(offer.peer().serverId(), List.of());
    if (!up.isEmpty()) {
      // On the tunnel that the document came on: if that one ends, the server sends it again.
      ConfigPeer peer = up.contains(offer.peer()) ? offer.peer() : up.get(0);
      peer.answer(offer.group(), offer.revision(), accepted, message);
    }
  }

  private void publish() {
    status = offers.values().stream().map(Offer::status).toList();
  }

  /** Listens to servers no more; what is in force stays so. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
