package dev.orchestrator.api.http;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.CharacterEscapes;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes JSON byte for byte as the predecessor's encoder did: compact, fields in the order given,
 * and the characters that matter to HTML and JavaScript escaped in lower-case hex. Thread-safe.
 */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().characterEscapes(new PublishedEscapes()).build())
          .build();

  private Json() {}

  /** UTF-8 text of maps, lists, strings, numbers, booleans and null. */
  public static byte[] bytes(@Nullable Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  private static final class PublishedEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      for (int c = 0; c < ' '; c++) {
        if (c != '\n' && c != '\r' && c != '\t') {
          codes[c] = ESCAPE_CUSTOM;
        }
      }
      codes['<'] = ESCAPE_CUSTOM;
      codes['>'] = ESCAPE_CUSTOM;
      codes['&'] = ESCAPE_CUSTOM;
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      boolean escaped = c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029;
      return escaped ? new SerializedString(String.format("\\u%04x", c)) : null;
    }
  }
}
