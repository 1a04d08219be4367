package dev.espalier.samples.backend;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// One HTTP/1.1 connection by hand, because a real client hides on which connection it sent a request, whether
/// the connection was refused or reset, and how far the answer had come.
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 15_000;

    private final Socket socket = new Socket();
    private InputStream in = InputStream.nullInputStream();
    private boolean open;
    private boolean used;
    private boolean answering;

    /// @throws java.net.ConnectException if it is refused
    void connect(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        open = true;
    }

    /// @return the status
    /// @throws IOException if there is no complete answer; [#isUsed] and [#isAnswering] say how far it came
    int post(String body) throws IOException {
        String request = "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n";
        write(request + body);
        return status();
    }

    /// Sends this and nothing more.
    ///
    /// @return the status
    int sendLast(String request) throws IOException {
        write(request);
        socket.shutdownOutput();
        return status();
    }

    private void write(String request) throws IOException {
        answering = false;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    private int status() throws IOException {
        int status = Integer.parseInt(line().substring(9, 12));
        int length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(java.util.Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            } else if (lower.equals("connection: close")) {
                open = false;
            }
        }
        if (in.readNBytes(length).length < length) {
            throw new IOException("the body is cut off");
        }
        used = true;
        answering = false;
        return status;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("end of stream");
            }
            answering = true;
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /// Whether another request may be sent.
    boolean isOpen() {
        return open;
    }

    /// Whether an answer has come on it before: then the server has certainly accepted it.
    boolean isUsed() {
        return used;
    }

    /// Whether the failed answer had begun.
    boolean isAnswering() {
        return answering;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
