package dev.adit.conformance.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the admin port answers to the web page, and to those who would like to be it. */
@Timeout(60)
final class WebPageTest {
  private static final String ACTION = "x-tunnel-action: 1";
  private static final int CANCEL = 8;
  private static final int PLACES = 25;
  private static final int MAX_VIEWERS = 16;
  private static final String RULES =
      """
      version: 1
      rules:
      - {name: cart, matches: [{service: shop.Cart}], to: shop}
      - {name: stock, matches: [{service: shop.Stock}], to: shop}
      """;

  private RawBackend backend;
  private LocalSite site;
  private RawConnection caller;

  @BeforeEach
  void start() throws Exception {
    backend = RawBackend.start(stream -> {});
    backend.script(backend::handOver);
    site = LocalSite.start(SitePlan.of(RULES, AgentPlan.of("a-1", "shop", backend.hostAndPort())));
    caller = RawConnection.dial(site.entry());
  }

  @AfterEach
  void stop() throws IOException {
    caller.close();
    site.close();
    backend.close();
  }

  private RawStream call(String path) throws IOException {
    return caller.open(CallerKind.GRPC.request(path), false);
  }

  private JsonObject post(String path, String body) throws IOException {
    try (AdminSocket answer = AdminSocket.ask(site.admin(), "POST " + path, body, ACTION)) {
      assertEquals(200, answer.status());
      return JsonParser.parseString(answer.body()).getAsJsonObject();
    }
  }

  private List<JsonObject> calls(String filter) throws IOException {
    JsonArray calls = post("/calls", filter).getAsJsonArray("calls");
    return StreamSupport.stream(calls.spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  private JsonObject awaitCall(String filter) {
    Eventually.holds("one call fits " + filter, () -> calls(filter).size() == 1);
    try {
      return calls(filter).get(0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void pageIsMadeOfFilesOfItsOwnAndNothingInline() throws IOException {
    String html;
    try (AdminSocket answer = AdminSocket.ask(site.admin(), "GET /", "")) {
      assertEquals(200, answer.status());
      assertEquals("text/html; charset=utf-8", answer.header("content-type"));
      assertEquals(
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          answer.header("content-security-policy"));
      html = answer.body();
    }
    assertFalse(
        Pattern.compile("<style|\\sstyle=|\\son[a-z]+=|javascript:|https?://")
            .matcher(html)
            .find());
    Matcher files = Pattern.compile("(?:src|href)=\"([^\"#][^\"]*)\"").matcher(html);
    List<String> found = new ArrayList<>(files.results().map(file -> file.group(1)).toList());
    assertTrue(found.size() >= 3, found.toString());
    // And what the scripts import.
    for (int i = 0; i < found.size(); i++) {
      try (AdminSocket answer = AdminSocket.ask(site.admin(), "GET /" + found.get(i), "")) {
        assertEquals(200, answer.status(), found.get(i));
        String text = answer.body();
        assertFalse(text.contains("innerHTML") || text.contains("eval("), found.get(i));
        // A proxy may show the page below a path of its own.
        assertFalse(
            Pattern.compile("(?:fetch|get|post)\\(['\"`]/").matcher(text).find(), found.get(i));
        Matcher imports = Pattern.compile("from '\\./([a-z]+\\.js)'").matcher(text);
        imports
            .results()
            .map(file -> "page/" + file.group(1))
            .filter(path -> !found.contains(path))
            .forEach(found::add);
      }
    }
    assertTrue(found.contains("page/chart.js"), found.toString());
  }

  @Test
  void cancelledCallEndsOnBothSides() throws Exception {
    RawStream cancelled = call("/shop.Cart/Watch");
    RawStream other = call("/shop.Stock/Watch");
    RawStream first = backend.awaitRequest();
    RawStream second = backend.awaitRequest();
    boolean firstIsCart = first.nextHead().toString().contains("/shop.Cart/Watch");
    JsonObject shown = awaitCall("{\"rule\": \"cart\"}");
    assertEquals("a-1", shown.get("agent").getAsString());
    assertEquals("/shop.Cart/Watch", shown.get("path").getAsString());
    Eventually.holds(
        "its backend is known",
        () ->
            calls("{\"rule\": \"cart\"}")
                .get(0)
                .get("backend")
                .getAsString()
                .equals(backend.hostAndPort()));

    post("/calls/cancel", "{\"id\": \"" + shown.get("id").getAsString() + "\"}");

    Answer answer = cancelled.answer();
    assertEquals("1", answer.last("grpc-status"));
    assertEquals("cancelled-by-operator", answer.last("x-tunnel-reason"));
    assertEquals(CANCEL, (firstIsCart ? first : second).awaitReset());
    Eventually.holds("the other still runs", () -> calls("").size() == 1);
    assertEquals(
        404,
        AdminSocket.status(
            site.admin(),
            "POST /calls/cancel",
            "{\"id\": \"" + shown.get("id").getAsString() + "\"}",
            ACTION));
    other.reset(CANCEL);
  }

  /** A web page of elsewhere, through a form, a script or a name of its own, changes nothing. */
  @Test
  void otherSitesCannotCancelNorLook() throws Exception {
    RawStream running = call("/shop.Cart/Watch");
    JsonObject shown = awaitCall("");
    String id = "{\"id\": \"" + shown.get("id").getAsString() + "\"}";
    String cancel = "POST /calls/cancel";
    String form = "content-type: application/x-www-form-urlencoded";
    assertEquals(403, AdminSocket.status(site.admin(), cancel, id, form));
    assertEquals(
        403, AdminSocket.status(site.admin(), cancel, id, ACTION, "origin: http://evil.example"));
    assertEquals(403, AdminSocket.status(site.admin(), cancel, id, ACTION, "origin: null"));
    assertEquals(
        421,
        AdminSocket.status(
            site.admin(), cancel, id, ACTION, "host: evil.example", "origin: http://evil.example"));
    assertEquals(405, AdminSocket.status(site.admin(), "GET /calls/cancel", "", ACTION));
    assertEquals(403, AdminSocket.status(site.admin(), "GET /live", ""));
    assertEquals(421, AdminSocket.status(site.admin(), "GET /", "", "host: evil.example"));
    assertEquals(
        405,
        AdminSocket.status(
            site.admin(), "OPTIONS /calls/cancel", "", "origin: http://evil.example"));
    assertEquals(1, calls("").size());
    running.reset(CANCEL);
  }

  @Test
  void callsAreFilteredByMethodAgentAndRule() throws Exception {
    RawStream one = call("/shop.Cart/Watch");
    RawStream two = call("/shop.Stock/List");
    Eventually.holds("both run", () -> calls("{}").size() == 2);
    assertEquals("cart", awaitCall("{\"method\": \"cart/w\"}").get("rule").getAsString());
    assertEquals("stock", awaitCall("{\"rule\": \"STOCK\"}").get("rule").getAsString());
    Eventually.holds("both are placed", () -> calls("{\"agent\": \"a-\"}").size() == 2);
    assertEquals(List.of(), calls("{\"agent\": \"a-\", \"method\": \"none\"}"));
    assertEquals(400, AdminSocket.status(site.admin(), "POST /calls", "[1]", ACTION));
    assertEquals(400, AdminSocket.status(site.admin(), "POST /calls", "{", ACTION));
    assertEquals(
        400, AdminSocket.status(site.admin(), "POST /calls/cancel", "{\"id\": 1.5}", ACTION));
    assertEquals(400, AdminSocket.status(site.admin(), "POST /calls/cancel", "", ACTION));
    assertEquals(400, AdminSocket.status(site.admin(), "POST /agents", "[", ACTION));
    one.reset(CANCEL);
    two.reset(CANCEL);
  }

  private JsonObject agent() throws IOException {
    return post("/agents", "").getAsJsonArray("agents").get(0).getAsJsonObject();
  }

  @Test
  void agentsAreFoundByIdAndGroup() throws Exception {
    assertEquals(1, post("/agents", "{\"find\": \"A-\"}").get("matching").getAsInt());
    assertEquals(1, post("/agents", "{\"find\": \"sho\"}").get("matching").getAsInt());
    assertEquals(0, post("/agents", "{\"find\": \"b\"}").get("matching").getAsInt());
    // On a host that is busy an agent may be silent for a moment.
    Eventually.holds("it takes calls", () -> agent().get("healthy").getAsBoolean());
    assertEquals("a-1", agent().get("id").getAsString());
    assertTrue(agent().get("tunnels").getAsInt() > 0);
  }

  @Test
  void pictureHasRulesWithHitsAndFailuresWithWhatToDo() throws Exception {
    try (AdminSocket feed = AdminSocket.ask(site.admin(), "GET /live", "", ACTION)) {
      assertEquals("text/event-stream", feed.header("content-type"));
      assertNotEquals("", feed.header("content-security-policy"));
      feed.event("history");
      assertEquals("12", call("/no.Service/Get").answer().last("grpc-status"));
      RawStream hit = call("/shop.Cart/Get");
      RawStream served = backend.awaitRequest();
      served.head(
          Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", "9"),
          true);
      assertEquals("9", hit.answer().last("grpc-status"));
      JsonObject picture = pictureWith(feed, 2);
      JsonObject rule = picture.getAsJsonArray("rules").get(0).getAsJsonObject();
      assertEquals("cart", rule.get("name").getAsString());
      assertEquals(1, rule.get("calls").getAsInt());
      assertEquals(0, rule.get("failed").getAsInt());
      assertEquals(1, picture.get("unmatched").getAsInt());
      List<JsonObject> groups =
          StreamSupport.stream(picture.getAsJsonArray("failures").spliterator(), false)
              .map(JsonElement::getAsJsonObject)
              .toList();
      JsonObject unmatched =
          groups.stream()
              .filter(group -> group.get("reason").getAsString().equals("no-rule"))
              .findAny()
              .orElseThrow();
      assertTrue(unmatched.get("advice").getAsString().contains("rules explain"));
      JsonObject row = unmatched.getAsJsonArray("rows").get(0).getAsJsonObject();
      assertEquals("/no.Service/Get", row.get("path").getAsString());
      assertTrue(row.get("message").getAsString().startsWith("no rule matches"));
      JsonObject refused =
          groups.stream()
              .filter(group -> group.get("reason").getAsString().isEmpty())
              .findAny()
              .orElseThrow();
      assertEquals("FAILED_PRECONDITION", refused.get("status").getAsString());
      assertEquals(
          "a-1",
          refused.getAsJsonArray("rows").get(0).getAsJsonObject().get("agent").getAsString());
    }
  }

  /** The view of the failures shows twenty places of a reason, and the latest first. */
  @Test
  void failuresOfAnAgentAreCountedAtAllPlaces() throws Exception {
    String rules =
        IntStream.range(0, PLACES)
            .mapToObj(i -> "- {name: r" + i + ", matches: [{service: s.S" + i + "}], to: many}\n")
            .collect(Collectors.joining("", "version: 1\nrules:\n", ""));
    AgentPlan agent = AgentPlan.of("a-2", "many", backend.hostAndPort());
    try (LocalSite many = LocalSite.start(SitePlan.of(rules, agent));
        RawConnection dialled = RawConnection.dial(many.entry())) {
      for (int i = 0; i < PLACES; i++) {
        RawStream hit = dialled.open(CallerKind.GRPC.request("/s.S" + i + "/Get"), false);
        backend
            .awaitRequest()
            .head(
                Field.list(
                    ":status", "200", "content-type", "application/grpc", "grpc-status", "14"),
                true);
        assertEquals("14", hit.answer().last("grpc-status"));
      }
      Eventually.holds("all are counted", () -> failed(many) == PLACES);
    }
  }

  private static int failed(LocalSite site) throws IOException {
    try (AdminSocket answer = AdminSocket.ask(site.admin(), "POST /agents", "", ACTION)) {
      JsonObject agents = JsonParser.parseString(answer.body()).getAsJsonObject();
      return agents.getAsJsonArray("agents").get(0).getAsJsonObject().get("failed").getAsInt();
    }
  }

  private static JsonObject pictureWith(AdminSocket feed, int failures) throws IOException {
    JsonObject picture = JsonParser.parseString(feed.event("picture")).getAsJsonObject();
    while (picture.getAsJsonArray("failures").size() < failures) {
      picture = JsonParser.parseString(feed.event("picture")).getAsJsonObject();
    }
    return picture;
  }

  @Test
  void onlySoManyPagesAreOpenAndAClosedOneMakesRoom() throws Exception {
    List<AdminSocket> viewers = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_VIEWERS; i++) {
        viewers.add(AdminSocket.ask(site.admin(), "GET /live", "", ACTION));
        assertEquals(200, viewers.get(i).status());
      }
      assertEquals(503, AdminSocket.status(site.admin(), "GET /live", "", ACTION));
      assertEquals(200, AdminSocket.status(site.admin(), "GET /healthz", ""));
      viewers.get(0).close();
      Eventually.holds(
          "there is room for one",
          () -> AdminSocket.status(site.admin(), "GET /live", "", ACTION) == 200);
    } finally {
      for (AdminSocket viewer : viewers) {
        viewer.close();
      }
    }
  }

  @Test
  void aSecondRequestOnAFeedEndsIt() throws Exception {
    try (AdminSocket feed = AdminSocket.ask(site.admin(), "GET /live", "", ACTION)) {
      feed.event("picture");
      feed.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
      Eventually.holds("the connection ends", () -> feed.line() == null);
    }
    assertEquals("", site.leftovers());
  }
}
