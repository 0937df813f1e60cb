import java.io.*;
import java.security.*;
import javax.net.ssl.*;

/** A TLS server that answers one line: java Echo.java PORT PKCS12 ALPN... */
class Echo {
    public static void main(String[] args) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new FileInputStream(args[1]), "secret".toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(Integer.parseInt(args[0]));
        while (true) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(java.util.Arrays.copyOfRange(args, 2, args.length));
                socket.setSSLParameters(parameters);
                byte[] line = new byte[1000];
                int length = socket.getInputStream().read(line);
                socket.getOutputStream().write("you said ".getBytes());
                socket.getOutputStream().write(line, 0, Math.max(length, 0));
            } catch (IOException ignored) {
            }
        }
    }
}
