package dev.mergefarm.eval.data;

import java.util.regex.Pattern;

/** A path with wildcards: its part before the first wildcard, and the whole as an expression. */
record PathPattern(String fixed, boolean wild, Pattern expression) {

  static PathPattern of(String pattern) {
    StringBuilder regex = new StringBuilder();
    int firstWild = -1;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '*' && c != '?') {
        regex.append(Pattern.quote(String.valueOf(c)));
        continue;
      }
      firstWild = firstWild < 0 ? i : firstWild;
      if (c == '?') {
        regex.append("[^/]");
      } else if (!pattern.startsWith("**", i)) {
        regex.append("[^/]*");
      } else {
        regex.append(".*");
        i += pattern.startsWith("**/", i) ? 2 : 1;
      }
    }
    String head = firstWild < 0 ? pattern : pattern.substring(0, firstWild);
    String fixed = firstWild < 0 ? head : head.substring(0, head.lastIndexOf('/') + 1);
    return new PathPattern(fixed, firstWild >= 0, Pattern.compile(regex.toString()));
  }

  boolean matches(String path) {
    return expression.matcher(path).matches();
  }
}
