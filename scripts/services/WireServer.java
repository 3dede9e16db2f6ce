import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.EmptyIndex;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.backend.memory.index.MemoryUniqueIndex;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Serves MongoDB's wire protocol over data in memory: `java -cp 'JARS/*' WireServer.java PORT`.
 * Port 0 takes a free port; the first line of output says which. Ends when its input ends, so that
 * it never outlives the process that started it, however that process ended.
 */
public class WireServer {
  /** The library reports 8 (MongoDB 4.2), which today's driver refuses. */
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

  /**
   * Has the indexes that Kese creates, and one on `_id` that serves ranges: the library reads every
   * document unless an index is unique and the query is for single values.
   */
  private static class IndexedBackend extends MemoryBackend {
    @Override
    public MemoryDatabase openOrCreateDatabase(String name) {
      return new IndexedDatabase(name, getCursorRegistry());
    }
  }

  private static class IndexedDatabase extends MemoryDatabase {
    IndexedDatabase(String name, CursorRegistry cursors) {
      super(name, cursors);
    }

    @Override
    protected Index<Integer> openOrCreateSecondaryIndex(
        String collection, String name, List<IndexKey> keys, boolean sparse) {
      boolean isText = keys.size() == 1 && !keys.get(0).getKey().contains(".");
      return isText
          ? new TextIndex(name, keys)
          : super.openOrCreateSecondaryIndex(collection, name, keys, sparse);
    }

    @Override
    protected Index<Integer> openOrCreateUniqueIndex(
        String collection, String name, List<IndexKey> keys, boolean sparse) {
      boolean isId = keys.size() == 1 && keys.get(0).getKey().equals("_id");
      return isId
          ? new IdIndex(name, keys, sparse)
          : super.openOrCreateUniqueIndex(collection, name, keys, sparse);
    }
  }

  /**
   * Also finds a range of texts if the query is nothing else. With other conditions another index may
   * have less to read, and the library takes the first index that can handle the query.
   */
  private static class IdIndex extends MemoryUniqueIndex {
    private static final Set<String> FROM = Set.of("$gt", "$gte");
    private static final Set<String> TO = Set.of("$lt", "$lte");
    private final NavigableMap<String, Integer> positions = new TreeMap<>();

    IdIndex(String name, List<IndexKey> keys, boolean sparse) {
      super(name, keys, sparse);
    }

    @Override
    protected synchronized boolean putKeyPosition(KeyValue key, Integer position) {
      boolean isNew = super.putKeyPosition(key, position);
      if (isNew && key.get(0) instanceof String text) positions.put(text, position);
      return isNew;
    }

    @Override
    protected synchronized Integer removeDocument(KeyValue key) {
      if (key.get(0) instanceof String text) positions.remove(text);
      return super.removeDocument(key);
    }

    @Override
    public synchronized boolean canHandle(Document query) {
      return isRange(query) || super.canHandle(query);
    }

    /** Includes both ends, because the library checks what is found against the query again. */
    @Override
    public synchronized Iterable<Integer> getPositions(Document query) {
      if (!isRange(query)) return super.getPositions(query);
      String from = bound(query, FROM);
      String to = bound(query, TO);
      List<Integer> found = new ArrayList<>();
      for (var entry : positions.tailMap(from == null ? "" : from).entrySet()) {
        if (to != null && entry.getKey().compareTo(to) > 0) break;
        found.add(entry.getValue());
      }
      return found;
    }

    private static boolean isRange(Document query) {
      return query.keySet().equals(Set.of("_id"))
          && query.get("_id") instanceof Document bounds
          && !bounds.isEmpty()
          && bounds.entrySet().stream().allMatch((bound) ->
              (FROM.contains(bound.getKey()) || TO.contains(bound.getKey()))
                  && bound.getValue() instanceof String);
    }

    private static String bound(Document query, Set<String> operators) {
      Document bounds = (Document) query.get("_id");
      return bounds.keySet().stream().filter(operators::contains).findFirst()
          .map((operator) -> (String) bounds.get(operator)).orElse(null);
    }
  }

  /** Knows where the documents with a text in a field are, and handles only queries for such texts. */
  private static class TextIndex extends EmptyIndex<Integer> {
    private final String field;
    /** By text and `_id`. */
    private final Map<String, Map<Object, Integer>> positions = new HashMap<>();
    /** A query for a text also means lists that contain it, and those are not in this index. */
    private boolean hasMetLists = false;

    TextIndex(String name, List<IndexKey> keys) {
      super(name, keys);
      field = keys.get(0).getKey();
    }

    @Override
    public synchronized void add(
        Document document, Integer position, MongoCollection<Integer> collection) {
      hasMetLists |= document.get(field) instanceof Collection;
      if (document.get(field) instanceof String text) {
        positions.computeIfAbsent(text, (_text) -> new HashMap<>())
            .put(document.get("_id"), position);
      }
    }

    @Override
    public synchronized Integer remove(Document document) {
      if (document.get(field) instanceof String text && positions.containsKey(text)) {
        positions.get(text).remove(document.get("_id"));
        if (positions.get(text).isEmpty()) positions.remove(text);
      }
      return null; // as in a sparse index, which need not know a document
    }

    @Override
    public synchronized void updateInPlace(
        Document before, Document after, Integer position, MongoCollection<Integer> collection) {
      remove(before);
      add(after, position, collection);
    }

    @Override
    public synchronized boolean canHandle(Document query) {
      Collection<?> asked = asked(query);
      return !hasMetLists && !asked.isEmpty() && asked.stream().allMatch(String.class::isInstance);
    }

    /** Returns positions in the order in which all documents would have been read. */
    @Override
    public synchronized Iterable<Integer> getPositions(Document query) {
      Set<Integer> found = new TreeSet<>();
      for (Object text : asked(query)) found.addAll(positions.getOrDefault(text, Map.of()).values());
      return found;
    }

    private Collection<?> asked(Document query) {
      Object value = query.get(field);
      if (value instanceof String) return List.of(value);
      boolean isIn = value instanceof Document operators && operators.keySet().equals(Set.of("$in"));
      return isIn ? (Collection<?>) ((Document) value).get("$in") : List.of();
    }
  }

  public static void main(String[] arguments) throws Exception {
    MongoServer server = new MongoServer(new IndexedBackend().version(VERSION));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    System.out.println("Listening on port " + server.getLocalAddress().getPort());
    while (System.in.read() != -1) { /* only the end of the input counts */ }
    System.exit(0);
  }
}
