#include "harness/harness.h"

#include "core/text.h"
#include "wire/xml.h"

static const struct node *parsed(struct arena *arena, const char *xml)
{
    const struct node *node = NULL;
    struct err err = {0};

    if (!xml_parse(xml, strlen(xml), arena, &node, &err))
        fail_msg("%s", err.text);
    return node;
}

static void assert_refused(const char *xml, size_t len, const char *words)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node untouched = {0}, *node = &untouched;
    struct err err = {0};

    assert_false(xml_parse(xml, len, &arena, &node, &err));
    assert_says(err, ERR_RECORD, words);
    assert_null(strchr(err.text, '\n'));
    assert_ptr_equal(node, &untouched);
}

#define assert_refused_text(xml, words) assert_refused(xml, strlen(xml), words)

static void elements_become_maps_and_leaves(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = parsed(&arena, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n"
                                             "<Afterbuy>\r\n  <CallStatus>Success</CallStatus>\r\n"
                                             "  <Result><Orders>\r\n"
                                             "    <Order><OrderID>1</OrderID><Memo/></Order>\r\n"
                                             "    <Order><OrderID>2</OrderID></Order>\r\n"
                                             "  </Orders></Result>\r\n</Afterbuy>\r\n");
    const struct node *order = node_first(node_at(root, "Result.Orders"), "Order");

    (void)state;
    assert_string_equal(root->name, "Afterbuy");
    assert_int_equal(root->type, NODE_MAP);
    assert_null(root->text);
    assert_string_equal(node_text(root, "callstatus"), "Success");
    assert_int_equal(node_at(root, "CallStatus")->type, NODE_TEXT);
    assert_string_equal(node_text(order, "OrderID"), "1");
    assert_string_equal(node_text(order, "Memo"), "");
    assert_string_equal(node_text(node_next(order), "OrderID"), "2");
    assert_null(node_next(node_next(order)));
}

static void cdata_entities_and_plain_text_are_one(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root =
        parsed(&arena, "<a><b>x &amp; <![CDATA[<y> &amp; ]]>&lt;z&gt;&quot;&apos;&#252;&#x20AC;</b>"
                       "<c> \n </c></a>");

    (void)state;
    assert_string_equal(node_text(root, "b"), "x & <y> &amp; <z>\"'ü€");
    assert_string_equal(node_text(root, "c"), " \n ");
}

static void text_beside_elements_is_dropped(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = parsed(&arena, "<a> one <b>two</b> three </a>");

    (void)state;
    assert_int_equal(root->type, NODE_MAP);
    assert_null(root->text);
    assert_string_equal(node_text(root, "b"), "two");
}

static void prefixes_attributes_and_comments_do_not_matter(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = parsed(&arena, "<s:a xmlns:s=\"urn:x\" i=\"1\"><!-- c --><s:b q='2'>x"
                                             "<!-- y -->z</s:b><t:c>undeclared</t:c><?pi?></s:a>");

    (void)state;
    assert_string_equal(root->name, "a");
    assert_string_equal(node_text(root, "b"), "xz");
    assert_string_equal(node_text(root, "c"), "undeclared");
}

static void other_encodings_become_utf8(void **state)
{
    AUTO(arena_done) struct arena arena = {0};

    (void)state;
    assert_string_equal(
        parsed(&arena, "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xFC</a>")->text, "ü");
    assert_string_equal(
        parsed(&arena, "<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>")->text, "€");
    assert_string_equal(parsed(&arena, "\xEF\xBB\xBF<a>ü</a>")->text, "ü");
}

static bool is_utf8(const char *xml)
{
    return xml_is_utf8(xml, strlen(xml));
}

static void a_document_is_utf8_unless_it_says_otherwise(void **state)
{
    (void)state;
    assert_true(is_utf8("<a/>"));
    assert_true(is_utf8("\xEF\xBB\xBF<a/>"));
    assert_true(is_utf8("<?xml version='1.0'?><a encoding='latin1'/>"));
    assert_true(is_utf8("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a/>"));
    assert_true(is_utf8("<?xml version='1.0' encoding = 'utf8' ?>\n<a/>"));
    assert_false(is_utf8("<?xml version='1.0' encoding='ISO-8859-1'?><a/>"));
    assert_false(is_utf8("\xEF\xBB\xBF<?xml version='1.0' encoding='windows-1252'?><a/>"));
    assert_false(is_utf8("<?xml version='1.0' "));
    assert_false(is_utf8("\xFF\xFE<"));
    assert_false(is_utf8("\xFE\xFF"));
    assert_false(xml_is_utf8("<\0a\0", 4));
    assert_false(is_utf8(""));
}

/* Longer than the pieces that the parser is fed, with text across their borders. */
static void a_long_document_is_read_whole(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf xml = {0};
    const struct node *root;
    size_t count = 0;

    (void)state;
    buf_text(&xml, "<?xml version='1.0' encoding='ISO-8859-1'?><list>");
    for (int i = 0; i < 5000; i++)
        buf_format(&xml, "<item>M\xFCller <![CDATA[& S\xF6hne]]> %d</item>", i);
    buf_text(&xml, "</list>");
    root = parsed(&arena, buf_str(&xml));
    for (const struct node *item = node_first(root, "item"); item; item = node_next(item))
        assert_string_equal(item->text, arena_format(&arena, "Müller & Söhne %zu", count++));
    assert_int_equal(count, 5000);
}

static void what_is_not_one_whole_document_is_refused(void **state)
{
    (void)state;
    assert_refused_text("", "not whole");
    assert_refused_text("<a><b>1</b>\n<b>2", "line 2");
    assert_refused_text("<a>\n", "not whole");
    assert_refused_text("<a></a><b/>", "line 1");
    assert_refused_text("<a>\n<b>x</c></a>", "line 2");
    assert_refused_text("{\"not\":\"xml\"}", "line 1");
    assert_refused_text("<html><body><p>Wartung<br></body></html>", "line 1");
    assert_refused_text("<a>&auml;</a>", "line 1");
}

static void bytes_of_another_encoding_are_refused(void **state)
{
    static const char nul[] = "<a>x\0y</a>";
    AUTO(buf_done) struct buf late = {0};

    (void)state;
    assert_refused_text("<a>M\xFCller</a>", "line 1");
    assert_refused_text("<?xml version='1.0' encoding='utf-8'?><a>M\xFCller</a>", "line 1");
    assert_refused_text("<a><![CDATA[M\xFCller]]></a>", "line 1");
    assert_refused_text("<a><![CDATA[M\xC1\x81]]></a>", "line 1");
    assert_refused_text("<?xml version='1.0' encoding='no-such'?><a>x</a>", "line 1");
    assert_refused_text("<a>&#0;</a>", "line 1");
    assert_refused(nul, sizeof nul - 1, "line 1");
    buf_text(&late, "<?xml version='1.0' encoding='ASCII'?><a>");
    for (int i = 0; i < 40000; i++)
        buf_char(&late, 'x');
    buf_text(&late, "\xFC</a>");
    assert_refused_text(buf_str(&late), "line");
}

static void control_characters_are_read_as_blanks(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = parsed(&arena, "<a><b>x\x0By</b><c><![CDATA[\x01z]]></c>"
                                             "<d>&#11;&#x1F;&#9;&#xE4;</d></a>");

    (void)state;
    assert_string_equal(node_text(root, "b"), "x y");
    assert_string_equal(node_text(root, "c"), " z");
    assert_string_equal(node_text(root, "d"), "           \t\xC3\xA4");
    assert_refused_text("<a>&#</a>", "line 1");
    assert_refused_text("<a>&#1</a>", "line 1");
    assert_refused_text("<a>\x01", "not whole");
}

static void nothing_is_defined_or_fetched(void **state)
{
    (void)state;
    assert_refused_text("<!DOCTYPE a [<!ENTITY b \"bomb\">]><a>&b;</a>", "document type");
    assert_refused_text("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "document type");
    assert_refused_text("<!DOCTYPE html>\n<html></html>", "document type");
}

static void nesting_is_bounded(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf xml = {0};

    (void)state;
    for (int i = 0; i < TREE_DEPTH_MAX; i++)
        buf_text(&xml, "<a>");
    for (int i = 0; i < TREE_DEPTH_MAX; i++)
        buf_text(&xml, "</a>");
    (void)parsed(&arena, buf_str(&xml));
    buf_reset(&xml);
    for (int i = 0; i <= TREE_DEPTH_MAX; i++)
        buf_text(&xml, "<a>");
    assert_refused_text(buf_str(&xml), "too deeply");
}

static void the_writer_escapes_and_drops_what_xml_cannot_say(void **state)
{
    AUTO(buf_done) struct buf buf = {0};

    (void)state;
    xml_open(&buf, "Order");
    xml_leaf(&buf, "Name", "Müller & <Söhne> \"x\"");
    xml_leaf(&buf, "None", NULL);
    xml_leaf(&buf, "Empty", "");
    xml_leaf(&buf, "Odd",
             "a\x01"
             "b\x1F\xEF\xBF\xBF\tc\nd\re\xEF\xBF\xBD");
    xml_leaf_int(&buf, "Id", -5);
    xml_close(&buf, "Order");
    assert_string_equal(buf_str(&buf),
                        "<Order><Name>Müller &amp; &lt;Söhne&gt; \"x\"</Name><Empty></Empty>"
                        "<Odd>ab\tc\nd&#13;e\xEF\xBF\xBD</Odd><Id>-5</Id></Order>");
}

static void what_is_written_reads_back(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf buf = {0};
    static const char text[] = "]]> & <b> \r\n 'x' \"y\" 😀";

    (void)state;
    xml_leaf(&buf, "a", text);
    assert_string_equal(parsed(&arena, buf_str(&buf))->text, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_become_maps_and_leaves),
        cmocka_unit_test(cdata_entities_and_plain_text_are_one),
        cmocka_unit_test(text_beside_elements_is_dropped),
        cmocka_unit_test(prefixes_attributes_and_comments_do_not_matter),
        cmocka_unit_test(other_encodings_become_utf8),
        cmocka_unit_test(a_document_is_utf8_unless_it_says_otherwise),
        cmocka_unit_test(a_long_document_is_read_whole),
        cmocka_unit_test(what_is_not_one_whole_document_is_refused),
        cmocka_unit_test(bytes_of_another_encoding_are_refused),
        cmocka_unit_test(control_characters_are_read_as_blanks),
        cmocka_unit_test(nothing_is_defined_or_fetched),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(the_writer_escapes_and_drops_what_xml_cannot_say),
        cmocka_unit_test(what_is_written_reads_back),
    };

    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
