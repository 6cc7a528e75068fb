/* Reading Afterbuy requests and writing the envelope of its answers. */
#include "sandbox/afterbuy.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/index.h"
#include "sandbox/switches.h"

xmlNode *ab_child(const xmlNode *node, const char *name)
{
    xmlNode *child = node ? node->children : NULL;

    while (child &&
           (child->type != XML_ELEMENT_NODE || strcmp((const char *)child->name, name) != 0))
        child = child->next;
    return child;
}

xmlNode *ab_next(const xmlNode *node)
{
    xmlNode *next = node->next;

    while (next && (next->type != XML_ELEMENT_NODE || !xmlStrEqual(next->name, node->name)))
        next = next->next;
    return next;
}

char *ab_node_text(const xmlNode *node)
{
    xmlChar *content = node ? xmlNodeGetContent(node) : NULL;
    char *s = content ? mem_copy((const char *)content) : NULL;

    xmlFree(content);
    return s;
}

char *ab_child_text(const xmlNode *node, const char *name)
{
    return ab_node_text(ab_child(node, name));
}

int64_t ab_child_int(const xmlNode *node, const char *name, int64_t otherwise)
{
    char *s = ab_child_text(node, name);
    int64_t n = otherwise;

    if (!int_of(s, &n))
        n = otherwise;
    free(s);
    return n;
}

bool ab_child_bool(const xmlNode *node, const char *name, bool otherwise)
{
    char *s = ab_child_text(node, name);
    bool yes = otherwise;

    if (s && *s)
        yes = same_text(s, "1") || same_text(s, "-1") || same_word(s, "true");
    free(s);
    return yes;
}

void ab_element(struct text *t, const char *name, const char *value)
{
    text_char(t, '<');
    text_str(t, name);
    text_char(t, '>');
    text_xml(t, value, strlen(value));
    text_str(t, "</");
    text_str(t, name);
    text_str(t, ">\r\n");
}

void ab_element_int(struct text *t, const char *name, int64_t value)
{
    text_char(t, '<');
    text_str(t, name);
    text_char(t, '>');
    text_int(t, value);
    text_str(t, "</");
    text_str(t, name);
    text_str(t, ">\r\n");
}

uint64_t ab_quirk(int64_t id, uint64_t what)
{
    return switch_on(SWITCH_AB_QUIRKS) ? hash_mix((uint64_t)id * 1024 + what) : 0;
}

/* Which way a boolean is written depends on the field; how, on the record. */
static void write_bool(struct text *t, enum ab_style style, const struct bag_entry *value,
                       uint64_t quirk)
{
    static const char *const numbers[2][2] = {{"0", "1"}, {"0", "-1"}};
    static const char *const words[2][2] = {{"False", "True"}, {"false", "true"}};
    bool yes = *value->value == '1';

    if (value->len != 1 || (!yes && *value->value != '0'))
        text_xml(t, value->value, value->len);
    else
        text_str(t, style == AS_WORD ? words[quirk % 2][yes] : numbers[quirk % 2][yes]);
}

static void write_money(struct text *t, const struct bag_entry *value, uint64_t quirk)
{
    const char *comma = strchr(value->value, ',');
    size_t n = comma ? (size_t)(comma - value->value) : value->len;

    if (quirk % 16 != 15 || !comma) {
        text_xml(t, value->value, value->len);
        return;
    }
    text_xml(t, value->value, n);
    text_char(t, '.');
    text_xml(t, comma + 1, value->len - n - 1);
}

static void write_text(struct text *t, const struct bag_entry *value, uint64_t quirk)
{
    if (quirk % 4 >= 2 || strstr(value->value, "]]>")) {
        text_xml(t, value->value, value->len);
        return;
    }
    text_str(t, "<![CDATA[");
    text_add(t, value->value, value->len);
    text_str(t, "]]>");
}

/* An element without a value: four ways, two of them with white space where none is meant. */
static void write_empty(struct text *t, const char *name, enum ab_style style, uint64_t quirk)
{
    static const char *const date_blanks[] = {"", "\r\n      ", " ", ""};

    if (quirk % 5 == 0) {
        text_char(t, '<');
        text_str(t, name);
        text_str(t, "/>\r\n");
        return;
    }
    text_char(t, '<');
    text_str(t, name);
    text_char(t, '>');
    if (style == AS_DATE)
        text_str(t, date_blanks[quirk % 4]);
    else if (style == AS_TEXT && quirk % 4 == 1)
        text_str(t, "<![CDATA[]]>");
    text_str(t, "</");
    text_str(t, name);
    text_str(t, ">\r\n");
}

void ab_element_styled(struct text *t, const char *name, enum ab_style style,
                       const struct bag_entry *value, uint64_t quirk)
{
    if (!value->len) {
        write_empty(t, name, style, quirk);
        return;
    }
    text_char(t, '<');
    text_str(t, name);
    text_char(t, '>');
    if (style == AS_BOOL || style == AS_WORD)
        write_bool(t, style, value, quirk);
    else if (style == AS_MONEY)
        write_money(t, value, quirk);
    else if (style == AS_TEXT)
        write_text(t, value, quirk);
    else
        text_xml(t, value->value, value->len);
    text_str(t, "</");
    text_str(t, name);
    text_str(t, ">\r\n");
}

void ab_answer_open(struct ab_request *r, enum ab_status status)
{
    static const char *const words[] = {"Success", "Warning", "Error"};
    struct text *t = &r->call->reply.body;

    call_answer(r->call, 200, "text/xml; charset=utf-8");
    text_str(t, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Afterbuy>\r\n");
    ab_element(t, "CallStatus", words[status]);
    ab_element(t, "CallName", r->name);
    text_str(t, "<VersionID>8</VersionID>\r\n<Result>\r\n");
}

void ab_answer_close(struct ab_request *r)
{
    struct text *t = &r->call->reply.body;
    static const char open[] = "<Result>\r\n";

    if (t->len > sizeof open && strcmp(t->s + t->len - strlen(open), open) == 0) {
        t->len -= strlen(open);
        text_str(t, ab_quirk((int64_t)t->len, 1) % 2 ? "<Result></Result>\r\n" : "<Result/>\r\n");
    } else {
        text_str(t, "</Result>\r\n");
    }
    text_str(t, "</Afterbuy>");
}

void ab_trouble(struct text *t, const char *word, int64_t code, const char *text, const char *extra)
{
    text_fmt(t, "<%s>\r\n<%sCode>%lld</%sCode>\r\n", word, word, (long long)code, word);
    text_fmt(t, "<%sDescription><![CDATA[%s]]></%sDescription>\r\n", word, text, word);
    text_fmt(t, "<%sLongDescription><![CDATA[%s]]></%sLongDescription>\r\n", word, text, word);
    text_str(t, extra);
    text_fmt(t, "</%s>\r\n", word);
}

void ab_answer_error(struct ab_request *r, int64_t code, const char *text)
{
    ab_answer_open(r, AB_ERROR);
    text_str(&r->call->reply.body, "<ErrorList>\r\n");
    ab_trouble(&r->call->reply.body, "Error", code, text, "");
    text_str(&r->call->reply.body, "</ErrorList>\r\n");
    ab_answer_close(r);
}
