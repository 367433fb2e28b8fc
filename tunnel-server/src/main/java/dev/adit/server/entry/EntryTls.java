package dev.adit.server.entry;

import dev.adit.core.http2.HandshakeWatch;
import dev.adit.core.tls.CertificateNames;
import dev.adit.core.tls.TlsContexts;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.server.config.TlsConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * TLS for callers. Of several identities the one whose certificate names what the caller asks for
 * (SNI) is shown, else the first. Any thread.
 */
public final class EntryTls {
  private final List<TlsConfig> configs;

  // shared: replaced as a whole
  private volatile Contexts current;

  private record Contexts(SslContext first, Mapping<String, SslContext> byName) {}

  /**
   * Reads certificates and keys.
   *
   * @param configs at least one
   * @throws IOException if a file does not hold what it should
   */
  public EntryTls(List<TlsConfig> configs) throws IOException {
    this.configs = List.copyOf(configs);
    current = contexts();
  }

  /**
   * Reads the files again; connections that begin from then on use what they hold.
   *
   * @throws IOException if a file does not hold what it should: nothing has changed then
   */
  public void reload() throws IOException {
    current = contexts();
  }

  private Contexts contexts() throws IOException {
    Map<String, SslContext> named = new LinkedHashMap<>();
    List<SslContext> contexts = new ArrayList<>();
    for (TlsConfig config : configs) {
      TlsIdentity identity = config.identity();
      SslContext context = context(config, identity);
      contexts.add(context);
      for (String name : CertificateNames.dns(identity.certificate())) {
        if (isAskedFor(name)) {
          // Of two that name a host the first is shown, as without a name.
          named.putIfAbsent(name.toLowerCase(Locale.ROOT), context);
        }
      }
    }
    SslContext first = contexts.get(0);
    DomainWildcardMappingBuilder<SslContext> byName = new DomainWildcardMappingBuilder<>(first);
    named.forEach(byName::add);
    return new Contexts(first, byName.build());
  }

  /** Whether a caller may mean this name by SNI; certificates may have others, of no use here. */
  private static boolean isAskedFor(String name) {
    String host = name.startsWith("*.") ? name.substring(2) : name;
    return !host.isEmpty() && host.charAt(0) != '.' && host.indexOf('*') < 0;
  }

  /** Puts a new connection into a channel, behind TLS and who watches its handshake. */
  void addTo(SocketChannel channel, HandshakeWatch watch, ChannelHandler connection) {
    Contexts now = current;
    if (configs.size() > 1) {
      channel.pipeline().addLast(new ByName(now.byName(), connection), watch);
    } else {
      channel.pipeline().addLast(now.first().newHandler(channel.alloc()), watch, connection);
    }
  }

  /**
   * Waits for the name. Until then nothing encrypts: a connection would say what it says first in
   * clear text.
   */
  private static final class ByName extends SniHandler {
    private final ChannelHandler connection;

    ByName(Mapping<String, SslContext> contexts, ChannelHandler connection) {
      super(contexts);
      this.connection = connection;
    }

    @Override
    protected void replaceHandler(
        ChannelHandlerContext ctx, @Nullable String name, SslContext context) throws Exception {
      ChannelPipeline pipeline = ctx.pipeline();
      super.replaceHandler(ctx, name, context);
      pipeline.addLast(connection);
    }
  }

  private static SslContext context(TlsConfig config, TlsIdentity identity) throws IOException {
    return TlsContexts.server(identity, config.clientCa(), config.clients());
  }
}
