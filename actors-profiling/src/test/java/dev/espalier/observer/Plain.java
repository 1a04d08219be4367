package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;

/// Asks an observer over plain sockets: a client of the library would hide the header Host.
record Plain(int port, String token) {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    static final ObjectMapper MAPPER = new ObjectMapper();

    record Answer(int status, String head, String body) {
        JsonNode json() throws IOException {
            return MAPPER.readTree(body);
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    Answer send(String method, String target, String... headers) throws IOException {
        return sendAs("localhost", method, target, headers);
    }

    Answer sendAs(String host, String method, String target, String... headers) throws IOException {
        try (Socket socket = connect()) {
            String head = method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n";
            String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            socket.getOutputStream().write((head + more + "\r\n").getBytes(US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
            int end = all.indexOf("\r\n\r\n");
            return new Answer(Integer.parseInt(all.substring(9, 12)), all.substring(0, end), all.substring(end + 4));
        }
    }

    /// With the token.
    Answer get(String target) throws IOException {
        return send("GET", target, "Authorization: Bearer " + token);
    }

    // Streams of events.

    Socket openStream() throws IOException {
        Socket socket = connect();
        askForEvents(socket);
        return socket;
    }

    void askForEvents(Socket socket) throws IOException {
        String head = "GET /api/events?token=" + token + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(US_ASCII));
    }

    static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    }

    /// What stands behind the start of the next line that starts so.
    static String line(BufferedReader lines, String start) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
        }
        throw new IOException("The stream has ended without " + start);
    }
}
