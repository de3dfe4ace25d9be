package dev.mergefarm.eval.data;

import dev.mergefarm.common.ErrorCode;
import dev.mergefarm.common.MergefarmException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBStruct;

/** Reads parquet files with DuckDB, which knows nothing but the one file it is given. */
final class TableRows {

  private TableRows() {}

  static List<Map<String, Object>> parquet(String name, Path path) {
    return query(name, "SELECT * FROM read_parquet(" + quote(path.toString()) + ")");
  }

  private static String quote(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static List<Map<String, Object>> query(String name, String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET autoinstall_known_extensions=false");
      statement.execute("SET autoload_known_extensions=false");
      statement.execute("SET threads=1");
      try (ResultSet result = statement.executeQuery(sql)) {
        return rows(result);
      }
    } catch (SQLException e) {
      String reason =
          e.getMessage() == null ? "unreadable" : e.getMessage().lines().findFirst().get();
      throw new MergefarmException(
          ErrorCode.MALFORMED_DATA, "Data file " + name + ": " + reason, e);
    }
  }

  private static List<Map<String, Object>> rows(ResultSet result) throws SQLException {
    int columns = result.getMetaData().getColumnCount();
    List<Map<String, Object>> rows = new ArrayList<>();
    while (result.next()) {
      Map<String, Object> row = new LinkedHashMap<>();
      for (int i = 1; i <= columns; i++) {
        row.put(result.getMetaData().getColumnName(i), plain(result.getObject(i)));
      }
      rows.add(row);
    }
    return rows;
  }

  private static Object plain(Object value) throws SQLException {
    return switch (value) {
      case null -> null;
      case String text -> text;
      case Boolean flag -> flag;
      case Double number -> number;
      case Float number -> (double) number;
      case BigDecimal number -> number.doubleValue();
      case BigInteger number ->
          number.bitLength() < 64 ? (Object) number.longValue() : number.doubleValue();
      case Number number -> number.longValue();
      case DuckDBStruct struct -> plainMap(struct.getMap());
      case Map<?, ?> map -> plainMap(map);
      case Array array -> plainList((Object[]) array.getArray());
      default -> value.toString();
    };
  }

  private static Map<String, Object> plainMap(Map<?, ?> map) throws SQLException {
    Map<String, Object> result = new LinkedHashMap<>();
    for (var entry : map.entrySet()) {
      result.put(String.valueOf(entry.getKey()), plain(entry.getValue()));
    }
    return result;
  }

  private static List<Object> plainList(Object[] items) throws SQLException {
    List<Object> result = new ArrayList<>(items.length);
    for (Object item : items) {
      result.add(plain(item));
    }
    return result;
  }
}
