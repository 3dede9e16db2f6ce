import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * Speaks MongoDB's wire protocol over data in memory: `java -cp 'JARS/*' WireServer.java PORT`.
 * Port 0 takes a free one; the first line of output says which. Ends when its input ends, so that
 * it never outlives the process that started it, however that one ended.
 */
public class WireServer {
  /** The server itself says 8 (MongoDB 4.2), which today's driver refuses to speak to. */
  private static final MongoVersion VERSION = new MongoVersion() {
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    public String toVersionString() {
      return "5.0.0";
    }

    public int getWireVersion() {
      return 13;
    }
  };

  public static void main(String[] arguments) throws Exception {
    MongoServer server = new MongoServer(new MemoryBackend().version(VERSION));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("Listening on port " + server.getLocalAddress().getPort());
    while (System.in.read() != -1) { /* nothing is said to it: only the end counts */ }
    System.exit(0);
  }
}
