package dev.mergefarm.eval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.mergefarm.common.MergefarmException;
import dev.mergefarm.common.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetReaderTest {

  private static List<Map<String, Object>> read(
      String format, String name, byte[] content, Map<String, Object> options) {
    Map<String, Object> all = new LinkedHashMap<>(options);
    all.put("data_files", name);
    return new DatasetReader(new MemoryDataFiles(Map.of(name, content)))
        .open(format, Optional.empty(), all)
        .rows("train");
  }

  private static List<Map<String, Object>> read(String format, String name, String content) {
    return read(format, name, content.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private static Map<String, Object> row(Object... entries) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      row.put((String) entries[i], entries[i + 1]);
    }
    return row;
  }

  @Test
  void columnsOfJsonLinesGetOneType() {
    assertThat(
            read(
                "json",
                "a.jsonl",
                """
                {"n": 1, "s": {"x": 1}, "l": [1, 2.5], "d": "2020-01-01"}

                {"n": 2.5, "s": {"y": "b"}, "l": [], "d": "2021-12-31", "late": true}
                """))
        .containsExactly(
            row(
                "n",
                1.0,
                "s",
                row("x", 1L, "y", null),
                "l",
                List.of(1.0, 2.5),
                "d",
                "2020-01-01 00:00:00",
                "late",
                null),
            row(
                "n",
                2.5,
                "s",
                row("x", null, "y", "b"),
                "l",
                List.of(),
                "d",
                "2021-12-31 00:00:00",
                "late",
                true));
  }

  @Test
  void aTextThatIsADateOnlySometimesStaysText() {
    assertThat(read("json", "a.jsonl", "{\"d\": \"2020-01-01\"}\n{\"d\": \"soon\"}\n"))
        .containsExactly(row("d", "2020-01-01"), row("d", "soon"));
  }

  @Test
  void jsonMayBeAnArrayOrTheListUnderAField() {
    assertThat(read("json", "a.json", "[{\"a\": 1},\n {\"a\": 2}]"))
        .containsExactly(row("a", 1L), row("a", 2L));
    byte[] nested = "{\"v\": 1, \"data\": [{\"a\": 3}]}".getBytes(StandardCharsets.UTF_8);
    assertThat(read("json", "a.json", nested, Map.of("field", "data")))
        .containsExactly(row("a", 3L));
  }

  @Test
  void packedFilesAreUnpacked() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
      packed.write("{\"a\": \"ä\"}\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read("json", "a.jsonl.gz", bytes.toByteArray(), Map.of()))
        .containsExactly(row("a", "ä"));
  }

  @Test
  void malformedJsonSaysFileAndLine() {
    assertThatThrownBy(() -> read("json", "a.jsonl", "{\"a\": 1}\n{\"a\": }\n"))
        .isInstanceOf(MergefarmException.class)
        .hasMessageContaining("a.jsonl, line 2");
    assertThatThrownBy(() -> read("json", "a.jsonl", "{\"a\": 1} {\"a\": 2}\n"))
        .hasMessageContaining("line 1");
    assertThatThrownBy(() -> read("json", "a.json", "[{\"a\": 1},\n{]"))
        .hasMessageContaining("a.json, line 2");
    assertThatThrownBy(() -> read("json", "a.jsonl", new byte[] {'{', (byte) 0xff}, Map.of()))
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void cellsOfCsvGetTheTypesThatPandasGives() {
    assertThat(
            read(
                "csv",
                "a.csv",
                """
                whole,gap,text,truth,float
                1,1,"a ""b"", c",True,1.5
                2,NA,,False,2
                """))
        .containsExactly(
            row("whole", 1L, "gap", 1.0, "text", "a \"b\", c", "truth", true, "float", 1.5),
            row("whole", 2L, "gap", null, "text", null, "truth", false, "float", 2.0));
  }

  @Test
  void csvMayHaveNamesOfItsOwnAndAnotherDelimiter() {
    byte[] content = "x\t1\ny\t2\n".getBytes(StandardCharsets.UTF_8);
    assertThat(
            read(
                "csv", "a.csv", content, Map.of("column_names", List.of("name", "n"), "sep", "\t")))
        .containsExactly(row("name", "x", "n", 1L), row("name", "y", "n", 2L));
  }

  @Test
  void csvDialectsAreReadAsPandasReadsThem() {
    assertThat(
            csv(
                "# made by hand\r\na;b;a;\r\n'x;1';1.000; 'q;\r\n\r\n'it''s';2;z\r\n",
                Map.of("sep", ";", "quotechar", "'", "skiprows", 1L, "thousands", ".")))
        .containsExactly(
            row("a", "x;1", "b", 1000L, "a.1", " 'q", "Unnamed: 3", null),
            row("a", "it's", "b", 2L, "a.1", "z", "Unnamed: 3", null));
    assertThat(csv("a,b\n\"x,1,2\n", Map.of("quoting", 3L, "names", List.of("p", "q", "r"))))
        .containsExactly(row("p", "a", "q", "b", "r", null), row("p", "\"x", "q", "1", "r", 2.0));
    assertThat(csv("a,b\nx\\,y, NA\nz,-\n", Map.of("escapechar", "\\", "na_values", "-")))
        .containsExactly(row("a", "x,y", "b", " NA"), row("a", "z", "b", null));
    assertThat(csv("a,b\nNA,\n", Map.of("keep_default_na", false)))
        .containsExactly(row("a", "NA", "b", ""));
    assertThat(csv("1,2\n3,4\n", mapWithNullHeader()))
        .containsExactly(row("0", 1L, "1", 2L), row("0", 3L, "1", 4L));
    assertThat(csv("a,b\n\"two\nlines\",\"q\"\"q\"r\n", Map.of()))
        .containsExactly(row("a", "two\nlines", "b", "q\"qr"));
    byte[] latin = "a\nä\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(read("csv", "a.csv", latin, Map.of("encoding", "latin-1")))
        .containsExactly(row("a", "ä"));
  }

  private static List<Map<String, Object>> csv(String content, Map<String, Object> options) {
    return read("csv", "a.csv", content.getBytes(StandardCharsets.UTF_8), options);
  }

  private static Map<String, Object> mapWithNullHeader() {
    return row("header", null);
  }

  @Test
  void malformedCsvSaysFileAndLine() {
    assertThatThrownBy(() -> read("csv", "a.csv", "a,b\n1,\"2\n2\"\n1,2,3\n"))
        .hasMessageContaining("a.csv, line 4: expected 2 cells, found 3");
    assertThatThrownBy(() -> read("csv", "a.csv", "a,b\n1,2\n\"1,2\n"))
        .hasMessageContaining("a.csv, line 3: a quoted cell does not end");
    assertThatThrownBy(() -> read("csv", "a.csv", new byte[] {'a', '\n', (byte) 0xff}, Map.of()))
        .hasMessageContaining("a.csv is not UTF-8");
    assertThatThrownBy(() -> csv("a\n1\n", Map.of("seperator", ";", "quotechar", "''")))
        .isInstanceOfSatisfying(
            MergefarmException.class,
            e ->
                assertThat(e.problems())
                    .extracting(Problem::path)
                    .containsExactlyInAnyOrder(
                        "dataset_kwargs.seperator", "dataset_kwargs.quotechar"));
  }

  @Test
  void textsMayBeParagraphsOrWhole() {
    byte[] content = "one\r\ntwo\n\nthree".getBytes(StandardCharsets.UTF_8);
    assertThat(read("text", "a.txt", content, Map.of("keep_linebreaks", true)))
        .containsExactly(
            row("text", "one\n"), row("text", "two\n"), row("text", "\n"), row("text", "three"));
    assertThat(read("text", "a.txt", content, Map.of("sample_by", "paragraph")))
        .containsExactly(row("text", "one\ntwo"), row("text", "three"));
    assertThat(read("text", "a.txt", content, Map.of("sample_by", "document")))
        .containsExactly(row("text", "one\ntwo\n\nthree"));
    assertThatThrownBy(() -> read("text", "a.txt", content, Map.of("sample_by", "page")))
        .hasMessageContaining("sample_by");
  }

  @Test
  void zstandardIsUnpackedWhateverTheFormat() {
    byte[] json = Zstd.compress("{\"a\": \"ä\"}\n".getBytes(StandardCharsets.UTF_8));
    byte[] table = Zstd.compress("a\tb\n1\tx\n".getBytes(StandardCharsets.UTF_8));
    assertThat(read("json", "a.jsonl.zst", json, Map.of())).containsExactly(row("a", "ä"));
    assertThat(read("csv", "a.tsv.zst", table, Map.of())).containsExactly(row("a", 1L, "b", "x"));
    assertThat(read("text", "a.txt.zst", json, Map.of()))
        .containsExactly(row("text", "{\"a\": \"ä\"}"));
    DatasetReader folder =
        new DatasetReader(new MemoryDataFiles(Map.of("set/test.jsonl.zst", json)));
    assertThat(folder.open("set", Optional.empty(), Map.of()).rows("test"))
        .containsExactly(row("a", "ä"));
    byte[] cut = Arrays.copyOf(json, json.length - 4);
    assertThatThrownBy(() -> read("json", "a.jsonl.zst", cut, Map.of()))
        .isInstanceOf(MergefarmException.class)
        .hasMessageContaining("a.jsonl.zst");
  }

  @Test
  void parquetKeepsNestedTypes(@TempDir Path folder) throws SQLException, IOException {
    Path file = folder.resolve("test-00000.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT 1::INT AS label, 'ä' AS q, {'text': ['a', 'b'], 'label': [0, 1]} AS choices,"
              + " 0.5::FLOAT AS f, NULL::VARCHAR AS n, [{'x': 1}, {'x': 2}] AS many) TO '"
              + file
              + "' (FORMAT parquet)");
    }
    List<Map<String, Object>> expected =
        List.of(
            row(
                "label",
                1L,
                "q",
                "ä",
                "choices",
                row("text", List.of("a", "b"), "label", List.of(0L, 1L)),
                "f",
                0.5,
                "n",
                null,
                "many",
                List.of(row("x", 1L), row("x", 2L))));
    assertThat(read("parquet", "t.parquet", Files.readAllBytes(file), Map.of()))
        .isEqualTo(expected);
    Dataset folderData =
        new DatasetReader(DirectoryDataFiles.confined(List.of(folder.getParent())))
            .open(folder.getFileName().toString(), Optional.empty(), Map.of());
    assertThat(folderData.splits()).containsExactly("test");
    assertThat(folderData.rows("test")).isEqualTo(expected);
    assertThatThrownBy(() -> read("parquet", "t.parquet", "no".getBytes(), Map.of()))
        .isInstanceOf(MergefarmException.class)
        .hasMessageContaining("t.parquet");
  }

  @Test
  void linesOfTextAreRows() {
    assertThat(read("text", "a.txt", "one\ntwo\n"))
        .containsExactly(row("text", "one"), row("text", "two"));
  }

  @Test
  void foldersGiveTheirSplitsByName() {
    byte[] line = "{\"a\": 1}\n".getBytes(StandardCharsets.UTF_8);
    DatasetReader reader =
        new DatasetReader(
            new MemoryDataFiles(
                Map.of(
                    "datasets/me/set/en/train.jsonl", line,
                    "datasets/me/set/en/dev.jsonl", line,
                    "datasets/me/set/ja/train.jsonl", line,
                    "datasets/me/set/README.md", line)));
    assertThat(reader.open("me/set", Optional.of("en"), Map.of()).splits())
        .containsExactlyInAnyOrder("train", "validation");
    assertThatThrownBy(() -> reader.open("me/other", Optional.empty(), Map.of()))
        .hasMessageContaining("me/other");
  }

  @Test
  void numberedPartsOfASplitGiveItsNameAsItIs() {
    byte[] line = "{\"a\": 1}\n".getBytes(StandardCharsets.UTF_8);
    DatasetReader reader =
        new DatasetReader(
            new MemoryDataFiles(
                Map.of(
                    "set/x/dev-00000-of-00001.jsonl", line,
                    "set/x/default-00000-of-00002-1a2b.jsonl", line,
                    "set/x/default-00001-of-00002-1a2b.jsonl", line,
                    "set/x/test-00000-of-00001.jsonl", line)));
    Dataset dataset = reader.open("set", Optional.of("x"), Map.of());
    assertThat(dataset.splits()).containsExactlyInAnyOrder("dev", "default", "test");
    assertThat(dataset.rows("default")).hasSize(2);
  }

  @Test
  void filesAreFoundByPatternsInOrder() {
    byte[] line = "{\"a\": 1}\n".getBytes(StandardCharsets.UTF_8);
    DataFiles files =
        new MemoryDataFiles(Map.of("d/b.jsonl", line, "d/a.jsonl", line, "d/e/c.jsonl", line));
    assertThat(files.find("d/*.jsonl"))
        .extracting(DataFile::name)
        .isEqualTo(Arrays.asList("d/a.jsonl", "d/b.jsonl"));
    assertThat(files.find("d/**/c.jsonl")).hasSize(1);
    assertThat(files.find("./d/?.jsonl")).hasSize(2);
  }

  @Test
  void aConfinedFolderGivesNothingFromOutside(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("secret.jsonl"), "{}");
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.createSymbolicLink(root.resolve("link.jsonl"), folder.resolve("secret.jsonl"));
    DataFiles confined = DirectoryDataFiles.confined(List.of(root));
    assertThat(confined.find("../secret.jsonl")).isEmpty();
    assertThat(confined.find(folder.resolve("secret.jsonl").toString())).isEmpty();
    assertThat(confined.find("link.jsonl")).isEmpty();
    assertThat(DirectoryDataFiles.unconfined(List.of(root)).find("../secret.jsonl")).hasSize(1);
  }
}
