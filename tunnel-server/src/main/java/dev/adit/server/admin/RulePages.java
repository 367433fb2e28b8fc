package dev.adit.server.admin;

import dev.adit.core.admin.AdminAction;
import dev.adit.core.admin.AdminPage;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.routing.Router;
import dev.adit.server.rules.reload.ReloadStatus;
import dev.adit.server.rules.reload.RuleReload;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the admin port shows and does about rules. */
public final class RulePages {
  private static final int UNPROCESSABLE = 422;

  private final String version;
  private final Router router;
  private final AgentRegistry registry;
  private final RuleReload reload;

  /** Pages about the rules of {@code router}, which {@code reload} keeps up to date. */
  public RulePages(String version, Router router, AgentRegistry registry, RuleReload reload) {
    this.version = version;
    this.router = router;
    this.registry = registry;
    this.reload = reload;
  }

  /** {@code GET /rules}: the rules in force. */
  public AdminPage rules() {
    return AdminPage.json(RunningRules.of(version, router.table(), registry.snapshot()));
  }

  /** The actions there are, by path. */
  public Map<String, AdminAction> actions() {
    return Map.of("/rules/reload", body -> reload(), "/rules/explain", this::explain);
  }

  private CompletionStage<AdminPage> reload() {
    return reload.reload().thenApply(RulePages::page);
  }

  private static AdminPage page(ReloadStatus status) {
    AdminPage page = AdminPage.json(ServerStatus.Rules.of(status));
    return status.isCurrent()
        ? page
        : new AdminPage(UNPROCESSABLE, page.contentType(), page.body());
  }

  private CompletionStage<AdminPage> explain(String body) {
    AdminPage page;
    try {
      page =
          AdminPage.json(
              LiveExplain.explain(
                  ExplainRequest.ofJson(body), router.table(), registry.snapshot()));
    } catch (IllegalArgumentException e) {
      page = AdminPage.text(400, e.getMessage() + "\n");
    }
    return CompletableFuture.completedFuture(page);
  }
}
