package dev.orchestrator.probe.recovery;

import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which clusters a list of filters names: {@code *}, a name or alias, {@code alias=x}, {@code
 * alias~=expression}, else an expression found in the name. Stateless.
 */
final class ClusterFilter {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterFilter.class);
  private static final String ALIAS = "alias=";
  private static final String ALIAS_EXPRESSION = "alias~=";

  private ClusterFilter() {}

  static boolean matches(List<String> filters, String name, String alias) {
    return filters.stream().anyMatch(filter -> matches(filter, name, alias));
  }

  private static boolean matches(String filter, String name, String alias) {
    if (filter.isEmpty()) {
      return false;
    }
    if (filter.equals("*") || filter.equals(name) || filter.equals(alias)) {
      return true;
    }
    if (filter.startsWith(ALIAS)) {
      return filter.substring(ALIAS.length()).equals(alias);
    }
    return filter.startsWith(ALIAS_EXPRESSION)
        ? found(filter.substring(ALIAS_EXPRESSION.length()), alias)
        : found(filter, name);
  }

  private static boolean found(String expression, String text) {
    try {
      return Pattern.compile(expression).matcher(text).find();
    } catch (PatternSyntaxException e) {
      LOG.warn("cluster filter is no expression filter={} cause={}", expression, e.getMessage());
      return false;
    }
  }
}
