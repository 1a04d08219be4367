package dev.espalier.samples.backend;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// An order. Its id is chosen by the client and is the idempotency key: sent twice, it is stored once.
record Order(String id, String customer, String item, int quantity, long totalCents) {
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final Pattern WORD = Pattern.compile("[\\w.-]{1,64}");
    private static final int MOST = 1_000;

    /// What a client did wrong; the message is for the client.
    static final class BadRequest extends Exception {
        private static final long serialVersionUID = 1L;

        BadRequest(String reason) {
            super(reason);
        }
    }

    /// Reads an order, without a price yet.
    static Order parse(byte[] body) throws BadRequest {
        JsonNode json = read(body);
        JsonNode quantity = json.path("quantity");
        if (!quantity.isInt() || quantity.intValue() < 1 || quantity.intValue() > MOST) {
            throw new BadRequest("quantity must be a whole number from 1 to " + MOST);
        }
        return new Order(word(json, "id"), word(json, "customer"), word(json, "item"), quantity.intValue(), 0);
    }

    private static JsonNode read(byte[] body) throws BadRequest {
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            throw new BadRequest("the body is not JSON: " + encodable(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new BadRequest("the body is not UTF-8");
        }
        throw new BadRequest("the body is not a JSON object");
    }

    /// It may repeat what the client has sent, half of a character for instance.
    private static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static String word(JsonNode json, String field) throws BadRequest {
        JsonNode value = json.path(field);
        if (!value.isTextual() || !isWord(value.textValue())) {
            throw new BadRequest(field + " must be 1 to 64 letters, digits or any of _ . -");
        }
        return value.textValue();
    }

    static boolean isWord(String text) {
        return WORD.matcher(text).matches();
    }

    Order priced(long cents) {
        return new Order(id, customer, item, quantity, cents);
    }

    /// Whether the client meant the same, whatever the price was.
    boolean sameAs(Order other) {
        return priced(0).equals(other.priced(0));
    }
}
