package dev.adit.core.admin;

import dev.adit.core.token.BearerField;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one admin connection. Confined to the admin loop. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);

  /** Of digits only: 127.0.0.1.example is a name that anybody may own. */
  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  /** A header that a form of another site cannot send. */
  static final String ACTION_HEADER = "x-tunnel-action";

  /**
   * Whatever is shown, nothing of it runs but the files of this port, and no other site frames it.
   */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Prometheus lists it only where it wants native histograms. */
  private static final String PROTOBUF = "application/vnd.google.protobuf";

  private static final Set<String> OPEN_PATHS = Set.of("/healthz", "/readyz");

  /** Eight pages of metrics as large as they get; the memory is that of the calls. */
  static final int MAX_UNTAKEN_BYTES = 32 * 1024 * 1024;

  // deps
  private final Supplier<@Nullable String> token;
  private final boolean loopback;
  private final AdminSite site;
  private final Untaken untaken;

  // state, confined to the loop

  /**
   * An action or a feed runs, or an answer is not in the socket yet; HTTP/1.1 answers in order, so
   * nothing else may be asked meanwhile.
   */
  private boolean busy;

  /**
   * Bytes of answers that those who asked have not taken, of a whole port. Confined to its loop.
   */
  static final class Untaken {
    private long bytes;
  }

  /**
   * @param untaken the port's
   */
  AdminHandler(
      Supplier<@Nullable String> token, boolean loopback, AdminSite site, Untaken untaken) {
    this.token = token;
    this.loopback = loopback;
    this.site = site;
    this.untaken = untaken;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (busy) {
      ctx.close();
      return;
    }
    boolean keepAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
    @Nullable AdminPage refusal = refusal(request);
    if (refusal != null) {
      write(ctx, request.method(), keepAlive, refusal);
    } else if (HttpMethod.POST.equals(request.method())) {
      act(ctx, request, keepAlive);
    } else if (site.feeds().containsKey(path(request))) {
      feed(ctx, request, keepAlive);
    } else {
      write(ctx, request.method(), keepAlive, page(request));
    }
  }

  private AdminPage page(FullHttpRequest request) {
    @Nullable Supplier<AdminPage> page = site.protobuf().get(path(request));
    if (page == null || !request.headers().get(HttpHeaderNames.ACCEPT, "").contains(PROTOBUF)) {
      page = Objects.requireNonNull(site.pages().get(path(request)));
    }
    try {
      return page.get();
    } catch (RuntimeException e) {
      return failed(path(request), e);
    }
  }

  /** Whoever asks for it is told of a fault of ours. */
  private static AdminPage failed(String path, Throwable fault) {
    log.error("{} failed", path, fault);
    return AdminPage.text(500, "failed; see the log\n");
  }

  private void act(ChannelHandlerContext ctx, FullHttpRequest request, boolean keepAlive) {
    busy = true;
    AdminAction action = Objects.requireNonNull(site.actions().get(path(request)));
    action
        .begin(request.content().toString(StandardCharsets.UTF_8))
        .whenCompleteAsync(
            (page, failure) -> {
              busy = false;
              AdminPage answer = failure == null ? page : failed(path(request), failure);
              write(ctx, HttpMethod.POST, keepAlive, answer);
            },
            ctx.executor());
  }

  private void feed(ChannelHandlerContext ctx, FullHttpRequest request, boolean keepAlive) {
    AdminFeed feed = Objects.requireNonNull(site.feeds().get(path(request)));
    @Nullable AdminPage refusal = feed.refusal();
    if (refusal != null) {
      write(ctx, HttpMethod.GET, keepAlive, refusal);
      return;
    }
    busy = true;
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    secure(head, "text/event-stream")
        .headers()
        .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    ctx.writeAndFlush(head);
    String given = authorization(request);
    feed.join(new Viewer(ctx.channel(), () -> isAuthorized(given)));
  }

  /**
   * Who reads a feed.
   *
   * @param isLet asked at each event: a feed has no end, but the token it was asked with may
   */
  private record Viewer(Channel channel, BooleanSupplier isLet) implements AdminViewer {
    @Override
    public boolean offer(ByteBuf event) {
      if (!isLet.getAsBoolean()) {
        drop();
        return false;
      }
      if (!channel.isWritable()) {
        return false;
      }
      // The channel is the second owner: it lets go when the bytes are in its socket.
      channel.writeAndFlush(new DefaultHttpContent(event.retainedDuplicate()));
      return true;
    }

    @Override
    public void drop() {
      channel.close();
    }

    @Override
    public void onGone(Runnable gone) {
      channel.closeFuture().addListener(closed -> gone.run());
    }
  }

  private void write(
      ChannelHandlerContext ctx, HttpMethod method, boolean keepAlive, AdminPage page) {
    int length = page.bytes().size();
    ByteBuf body = ctx.alloc().buffer(length).writeBytes(page.bytes().asReadOnlyByteBuffer());
    if (HttpMethod.HEAD.equals(method)) {
      body.clear();
    }
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(page.status()), body);
    secure(response, page.contentType())
        .headers()
        .set(HttpHeaderNames.CONTENT_LENGTH, length)
        .set(
            HttpHeaderNames.CONNECTION,
            keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    ChannelFuture written = ctx.writeAndFlush(response);
    if (!written.isDone()) {
      busy = true;
      untaken.bytes += length;
      written.addListener(
          done -> {
            busy = false;
            untaken.bytes -= length;
          });
    }
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Says what it is, and what a browser may do with it. */
  private static HttpResponse secure(HttpResponse response, String contentType) {
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("x-content-type-options", "nosniff")
        .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY)
        .set(HttpHeaderNames.X_FRAME_OPTIONS, "DENY")
        .set("cross-origin-resource-policy", "same-origin")
        .set("cross-origin-opener-policy", "same-origin")
        .set("referrer-policy", "no-referrer");
    return response;
  }

  /** The answer to a request that is not carried out, or null. */
  private @Nullable AdminPage refusal(FullHttpRequest request) {
    String path = path(request);
    if (!request.decoderResult().isSuccess()) {
      return AdminPage.text(400, "not an HTTP/1.1 request\n");
    }
    if (!isHostOurs(request)) {
      return AdminPage.text(
          421,
          "this Host is not served here: call the admin port by its address or as localhost\n");
    }
    if (!OPEN_PATHS.contains(path)
        && !site.open().contains(path)
        && !isAuthorized(authorization(request))) {
      return AdminPage.text(401, "the admin port wants its token: authorization: Bearer ...\n");
    }
    if (untaken.bytes >= MAX_UNTAKEN_BYTES && !OPEN_PATHS.contains(path)) {
      return AdminPage.text(
          503, untaken.bytes + " bytes of answers are not taken by who asked for them\n");
    }
    boolean shows = site.pages().containsKey(path);
    boolean acts = site.actions().containsKey(path);
    boolean feeds = site.feeds().containsKey(path);
    if (!shows && !acts && !feeds) {
      return AdminPage.text(404, "no such page; there are " + site.paths() + "\n");
    }
    boolean asks = HttpMethod.POST.equals(request.method()) && acts;
    if (asks || (HttpMethod.GET.equals(request.method()) && feeds)) {
      return isMeant(request)
          ? null
          : AdminPage.text(
              403, "this needs the header " + ACTION_HEADER + ": 1, and no foreign Origin\n");
    }
    boolean reads =
        HttpMethod.GET.equals(request.method()) || HttpMethod.HEAD.equals(request.method());
    return reads && shows
        ? null
        : AdminPage.text(405, shows ? "only GET and HEAD\n" : feeds ? "only GET\n" : "only POST\n");
  }

  private static String path(FullHttpRequest request) {
    int query = request.uri().indexOf('?');
    return query < 0 ? request.uri() : request.uri().substring(0, query);
  }

  /** Not a form or a script of some other site: neither can send our header. */
  private static boolean isMeant(FullHttpRequest request) {
    String origin = request.headers().get(HttpHeaderNames.ORIGIN, "");
    String host = request.headers().get(HttpHeaderNames.HOST, "");
    return request.headers().contains(ACTION_HEADER, "1", false)
        && (origin.isEmpty() || origin.equals("http://" + host));
  }

  /**
   * Keeps web pages of elsewhere from reaching a loopback admin port through a name of their own
   * (DNS rebinding).
   */
  private boolean isHostOurs(FullHttpRequest request) {
    if (!loopback) {
      return true;
    }
    String host = request.headers().get(HttpHeaderNames.HOST, "").replaceFirst(":\\d+$", "");
    return host.isEmpty()
        || host.equalsIgnoreCase("localhost")
        || LOOPBACK.matcher(host).matches()
        || host.equals("[::1]");
  }

  private static String authorization(FullHttpRequest request) {
    return request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
  }

  /** Whether what was given is what is demanded now. Any thread. */
  private boolean isAuthorized(String given) {
    String demanded = token.get();
    return demanded == null || BearerField.has(given, demanded);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof IdleStateEvent) {
      ctx.close();
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("admin connection from {}: {}", ctx.channel().remoteAddress(), cause.toString());
    ctx.close();
  }
}
