package dev.espalier.proofs.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/// One connection by hand. Confined.
final class Client {
    private static final int PATIENCE_MILLIS = 8_000;
    private static final int MOST = 1 << 16;
    private static final byte[] BLANK_LINE = {'\r', '\n', '\r', '\n'};

    private Client() {}

    /// A connection that was just made.
    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /// Sends, and closes the socket unless the attack is to stay.
    static Reply send(Attack attack, Socket socket) throws IOException {
        boolean sent = write(attack, socket);
        switch (attack.ending()) {
            case STAY -> {
                return new Reply(0, true, "");
            }
            case RESET -> {
                close(socket);
                return new Reply(0, true, "");
            }
            case HALF_CLOSE -> {
                if (sent) {
                    socket.shutdownOutput();
                }
            }
            case READ, LEAVE -> {}
        }
        Reply reply = read(socket.getInputStream(), attack.ending() == Attack.Ending.LEAVE);
        close(socket);
        return reply;
    }

    /// In two pieces, for requests need not come at once.
    ///
    /// @return false if the server has closed before it had everything
    private static boolean write(Attack attack, Socket socket) {
        byte[] bytes = attack.bytes();
        int cut = bytes.length % 7 == 0 ? bytes.length / 2 : 0;
        try {
            socket.getOutputStream().write(bytes, 0, cut);
            socket.getOutputStream().write(bytes, cut, bytes.length - cut);
            return true;
        } catch (IOException e) {
            return false; // its answer may still be there
        }
    }

    private static Reply read(InputStream in, boolean headOnly) {
        var got = new ByteArrayOutputStream();
        byte[] buffer = new byte[4_096];
        boolean ended = true;
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (got.size() < MOST) {
                    got.write(buffer, 0, n);
                }
                if (headOnly && indexOf(got.toByteArray(), BLANK_LINE) >= 0) {
                    break;
                }
            }
        } catch (SocketTimeoutException e) {
            ended = false;
        } catch (IOException e) {
            // reset: an end, too
        }
        return Reply.of(got.toByteArray(), ended);
    }

    private static int indexOf(byte[] in, byte[] what) {
        for (int at = 0; at + what.length <= in.length; at++) {
            if (java.util.Arrays.equals(in, at, at + what.length, what, 0, what.length)) {
                return at;
            }
        }
        return -1;
    }

    /// By a reset, which leaves no port behind that waits a minute.
    static void close(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
