package dev.adit.core.metrics;

import com.google.protobuf.ByteString;
import dev.adit.core.admin.AdminPage;
import dev.adit.core.flow.CreditStalls;
import dev.adit.core.process.MemoryWatch;
import dev.adit.core.tls.FollowedTls;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusProtobufWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The metrics of a process: what every process of Adit shows, and the registry to which each adds
 * its own. What can be asked for when it is scraped is not counted before.
 */
public final class ProcessMetrics {
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final AtomicBoolean scraped = new AtomicBoolean();

  /** Metrics of a process of this version, with those of its JVM from the first scrape on. */
  public ProcessMetrics(String version) {
    Info.builder()
        .name("adit_build")
        .help("The version of Adit.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(version);
  }

  /** Where more metrics are registered. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /** Shows a number that goes up and down. */
  public void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(shown -> shown.call(value.getAsDouble()))
        .register(registry);
  }

  /** Shows a number that only grows, without the suffix {@code _total} of its name. */
  public void counter(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(shown -> shown.call((double) value.getAsLong()))
        .register(registry);
  }

  /** Shows the memory of the process. */
  public void watchMemory(MemoryWatch memory) {
    gauge(
        "adit_direct_memory_limit_bytes",
        "Memory outside the heap that Netty may take.",
        PlatformDependent::maxDirectMemory);
    gauge(
        "adit_direct_memory_used_bytes",
        "Memory outside the heap that Netty has taken for buffers.",
        () -> Math.max(0, PlatformDependent.usedDirectMemory()));
    gauge(
        "adit_memory_used_ratio",
        "Memory in use as a share of the limit; calls are refused from 0.85.",
        memory::usedShare);
  }

  /** Shows how often and how long calls wait for credit. */
  public void watchStalls(CreditStalls stalls) {
    counter(
        "adit_credit_stalls",
        "Times that a call had bytes to send through its tunnel and the other end's credit was"
            + " used up.",
        stalls::count);
    CounterWithCallback.builder()
        .name("adit_credit_stall_seconds")
        .help("Time that calls waited for credit, of waits that are over.")
        .callback(shown -> shown.call(stalls.nanos() / NANOS_PER_SECOND))
        .register(registry);
    gauge("adit_credit_stalled_calls", "Calls that wait for credit now.", stalls::running);
  }

  /** Shows how late the loops run what is due, until they end. */
  public void watchLoops(List<EventLoop> loops) {
    LoopDelays.watch(
        loops,
        new Latencies(
                registry,
                "adit_event_loop_delay_seconds",
                "How late event loops run what is due; every call on the loop waits as long.")
            .of());
  }

  /** Shows whether the process goes away. */
  public void watchDrain(BooleanSupplier draining) {
    gauge(
        "adit_draining",
        "1 while the process finishes its calls and takes no more.",
        () -> draining.getAsBoolean() ? 1 : 0);
  }

  /**
   * Shows when the certificates in files end.
   *
   * @param files asked at each scrape
   */
  public void watchCertificates(Supplier<? extends Collection<Path>> files) {
    CertificateEnds ends = new CertificateEnds(files, Ticker.systemTicker());
    GaugeWithCallback.builder()
        .name("adit_certificate_expiry_timestamp_seconds")
        .help("When the certificate in the file that ends first does.")
        .labelNames("file")
        .callback(
            shown ->
                ends.now()
                    .forEach(
                        (file, end) -> shown.call((double) end.getEpochSecond(), file.toString())))
        .register(registry);
  }

  /**
   * Shows whether the PEM files on disk are in force, and how often changed ones were read.
   *
   * @param uses asked at each scrape; those of one name count as one
   */
  public void watchTls(Supplier<? extends Collection<FollowedTls>> uses) {
    GaugeWithCallback.builder()
        .name("adit_tls_current")
        .help("1 if the certificates and keys in force are those on disk, 0 if these are refused.")
        .labelNames("use")
        .callback(
            shown ->
                sums(uses.get(), each -> each.problem().isEmpty() ? 0 : 1)
                    .forEach((use, refused) -> shown.call(refused == 0 ? 1 : 0, use)))
        .register(registry);
    CounterWithCallback.builder()
        .name("adit_tls_loads")
        .help("Times that changed certificates or keys were read. result: loaded or refused.")
        .labelNames("use", "result")
        .callback(
            shown -> {
              Collection<FollowedTls> now = uses.get();
              sums(now, FollowedTls::loaded)
                  .forEach((use, n) -> shown.call((double) n, use, "loaded"));
              sums(now, FollowedTls::refused)
                  .forEach((use, n) -> shown.call((double) n, use, "refused"));
            })
        .register(registry);
  }

  private static Map<String, Long> sums(
      Collection<FollowedTls> uses, ToLongFunction<FollowedTls> count) {
    return uses.stream()
        .collect(Collectors.groupingBy(FollowedTls::what, Collectors.summingLong(count)));
  }

  /** Everything as Prometheus' text format 0.0.4. */
  public AdminPage page() {
    return page(PrometheusTextFormatWriter.create());
  }

  /** Everything as Prometheus' protobuf, the format that has native histograms. */
  public AdminPage protobuf() {
    return page(new PrometheusProtobufWriter());
  }

  private AdminPage page(ExpositionFormatWriter writer) {
    // To look at the JVM takes as much code as all the rest, and a start need not wait for it.
    if (scraped.compareAndSet(false, true)) {
      JvmMetrics.builder().register(registry);
    }
    ByteString.Output out = ByteString.newOutput(64 * 1024);
    try {
      writer.write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return new AdminPage(200, writer.getContentType(), out.toByteString());
  }
}
