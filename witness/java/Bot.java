import com.neovisionaries.ws.client.WebSocketFactory;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.SocketFactory;
import net.dv8tion.jda.api.JDA;
import net.dv8tion.jda.api.JDABuilder;
import net.dv8tion.jda.api.events.GatewayPingEvent;
import net.dv8tion.jda.api.events.GenericEvent;
import net.dv8tion.jda.api.events.RawGatewayEvent;
import net.dv8tion.jda.api.events.StatusChangeEvent;
import net.dv8tion.jda.api.events.http.HttpRequestEvent;
import net.dv8tion.jda.api.hooks.EventListener;
import net.dv8tion.jda.api.requests.GatewayIntent;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.utils.ChunkingFilter;
import net.dv8tion.jda.api.utils.ConcurrentSessionController;
import net.dv8tion.jda.api.utils.MemberCachePolicy;
import net.dv8tion.jda.api.utils.cache.CacheFlag;

/** Bot is a JDA client, every event that it has told of, and the sockets underneath. */
final class Bot implements EventListener {
    /** How long an event may take to come: milliseconds on an idle machine, the rest is room for a loaded one. */
    static final long EVENT_MILLIS = 5_000;

    final JDA jda;
    private final List<GenericEvent> heard = new ArrayList<>(); // guarded by this
    private final Wire wire = new Wire();

    Bot(String url, String gateway, String token) {
        // The gateway's address is a constant in JDA: the session controller is where it can be said.
        var controller = new ConcurrentSessionController() {
            @Override
            public String getGateway() {
                return gateway;
            }
        };
        jda = JDABuilder.create(token, EnumSet.allOf(GatewayIntent.class))
                .setRestConfig(new RestConfig().setBaseUrl(url + "/api/v10/"))
                .setSessionController(controller)
                .setWebsocketFactory(new WebSocketFactory().setSocketFactory(wire))
                .enableCache(EnumSet.allOf(CacheFlag.class))
                .setMemberCachePolicy(MemberCachePolicy.ALL)
                .setChunkingFilter(ChunkingFilter.ALL)
                .setEnableShutdownHook(false)
                .setRawEventsEnabled(true)
                .addEventListeners(this)
                .build();
    }

    @Override
    public synchronized void onEvent(GenericEvent event) {
        heard.add(event);
        notifyAll();
    }

    /** decoded are the dispatches of which the library has made events: it tells of each as it came, and then of what it made of it. */
    static Collection<String> decoded(Bot... bots) {
        var kinds = new TreeSet<String>();
        for (Bot bot : bots) {
            String kind = null;
            for (GenericEvent event : bot.since(0)) {
                if (event instanceof RawGatewayEvent raw) {
                    kind = raw.getType();
                } else if (kind != null && !(event instanceof GatewayPingEvent) && !(event instanceof HttpRequestEvent) && !(event instanceof StatusChangeEvent)) {
                    kinds.add(kind);
                }
            }
        }
        return kinds;
    }

    /** mark is the position after the newest event. */
    synchronized int mark() {
        return heard.size();
    }

    synchronized List<GenericEvent> since(int mark) {
        return List.copyOf(heard.subList(mark, heard.size()));
    }

    <E extends GenericEvent> E expect(Class<E> type, Predicate<E> match) throws InterruptedException {
        return expect(0, EVENT_MILLIS, type, match);
    }

    /** expect waits for an event from mark on that matches. */
    synchronized <E extends GenericEvent> E expect(int mark, long millis, Class<E> type, Predicate<E> match) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        int others = 0;
        for (int next = mark;;) {
            for (; next < heard.size(); next++) {
                if (!type.isInstance(heard.get(next))) {
                    continue;
                }
                E event = type.cast(heard.get(next));
                if (match.test(event)) {
                    return event;
                }
                others++;
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("no matching " + type.getSimpleName() + " within " + millis + " ms (" + others + " others)");
            }
            wait(left);
        }
    }

    void stopReading() {
        wire.newest.deaf = true;
    }

    void cut() throws IOException {
        wire.newest.setSoLinger(true, 0); // so that the kernel sends RST
        wire.newest.close();
    }

    /** Wire makes sockets that can be made deaf. */
    private static final class Wire extends SocketFactory {
        private volatile CuttableSocket newest;

        @Override
        public Socket createSocket() {
            newest = new CuttableSocket();
            return newest;
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class CuttableSocket extends Socket {
        private volatile boolean deaf;
        private final Object closed = new Object();

        @Override
        public InputStream getInputStream() throws IOException {
            return new FilterInputStream(super.getInputStream()) {
                @Override
                public int read() throws IOException {
                    int b = super.read();
                    refuse();
                    return b;
                }

                @Override
                public int read(byte[] into, int from, int length) throws IOException {
                    int n = super.read(into, from, length);
                    refuse();
                    return n;
                }
            };
        }

        /** refuse keeps what was read after the socket has become deaf, until it is closed. */
        private void refuse() throws IOException {
            if (!deaf) {
                return;
            }
            synchronized (closed) {
                while (!isClosed()) {
                    try {
                        closed.wait();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
            }
            throw new SocketException("Connection reset");
        }

        @Override
        public synchronized void close() throws IOException {
            super.close();
            synchronized (closed) {
                closed.notifyAll();
            }
        }
    }
}
