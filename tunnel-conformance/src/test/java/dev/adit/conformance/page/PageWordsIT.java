package dev.adit.conformance.page;

import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page's words for what a server seldom has to show, in headless Chromium. */
@Timeout(300)
final class PageWordsIT {
  @Test
  void pageSaysWhatItLeavesOutAndWhatIsOld(@TempDir Path directory) throws Exception {
    Browser browser = Browser.find(directory);
    try (LocalSite site = LocalSite.startServer(SitePlan.of("127.0.0.1:1"))) {
      browser.run("words.cjs", Map.of("url", "http://" + site.admin()));
    }
  }
}
