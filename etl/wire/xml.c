#include "wire/xml.h"

#include "core/text.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

/* The parser is fed as much as it takes in one go (10 MB): told that nothing follows, it need not
 * look ahead for the end of each tag. */
#define PIECE ((size_t)4 << 20)
#define NAMES_MAX 10000 /* that a parser may have met and still be kept */

/* --- Reading ------------------------------------------------------------------------------ */

/* A name as the parser keeps it (each once), and its copy in the arena. */
struct name {
    const xmlChar *kept;
    const char *copy;
};

struct builder {
    struct arena *arena;
    struct name names[256]; /* the latest, by their address */
    xmlParserCtxtPtr parser;
    struct node *root;
    struct node *open[TREE_DEPTH_MAX];
    unsigned depth;
    struct buf text; /* of the innermost element, while it has no children */
    struct err *err;
    bool refused, last; /* last: all has been fed */
};

/* Only the first fault counts: what follows it is mostly its echo. */
static void note(struct builder *builder, int line, const char *why)
{
    if (!builder->refused)
        (void)err_set(builder->err, ERR_RECORD, "not the XML that was expected: %.*s at line %d",
                      (int)strcspn(why, "\n"), why, line);
    builder->refused = true;
}

static void refuse(struct builder *builder, const char *why)
{
    note(builder, xmlSAX2GetLineNumber(builder->parser), why);
    xmlStopParser(builder->parser);
}

static void on_error(void *ctx, xmlErrorPtr error)
{
    const struct builder *builder = ctx;

    if (error->level != XML_ERR_FATAL)
        return;
    if (builder->last && error->code == XML_ERR_DOCUMENT_END) /* libxml2 speaks of extra content */
        note(ctx, error->line, "the document is not whole");
    else
        note(ctx, error->line, error->message ? error->message : "it is damaged");
}

static void ignore_error(void *ctx, xmlErrorPtr error)
{
    (void)ctx;
    (void)error;
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    (void)name;
    (void)id;
    (void)system;
    refuse(ctx, "a document type is not allowed");
}

/* A document has few names, and each of them often. */
static const char *name_of(struct builder *builder, const xmlChar *name)
{
    struct name *known = &builder->names[((uintptr_t)name >> 3) % ARRAY_LEN(builder->names)];

    if (known->kept != name)
        *known = (struct name){name, arena_text(builder->arena, (const char *)name)};
    return known->copy;
}

// NOLINTNEXTLINE(readability-function-size): the signature is libxml2's
static void on_open(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                    int spaces_len, const xmlChar **spaces, int attributes_len, int defaulted,
                    const xmlChar **attributes)
{
    struct builder *builder = ctx;
    struct node *parent = builder->depth ? builder->open[builder->depth - 1] : NULL;
    struct node *node;

    (void)prefix, (void)uri, (void)spaces_len, (void)spaces;
    (void)attributes_len, (void)defaulted, (void)attributes;
    if (builder->depth == TREE_DEPTH_MAX) {
        refuse(builder, "it is nested too deeply");
        return;
    }
    if (parent)
        parent->type = NODE_MAP;
    node = node_add(builder->arena, parent, NODE_TEXT, name_of(builder, name), NULL);
    if (!parent)
        builder->root = node;
    builder->open[builder->depth++] = node;
    buf_reset(&builder->text);
}

static void on_text(void *ctx, const xmlChar *text, int len)
{
    struct builder *builder = ctx;

    if (builder->depth && builder->open[builder->depth - 1]->type == NODE_TEXT)
        buf_put(&builder->text, text, (size_t)len);
}

/* libxml2 checks UTF-8 less strictly inside CDATA. */
static void on_close(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct builder *builder = ctx;
    struct node *node = builder->open[--builder->depth];
    const struct buf *text = &builder->text;

    (void)name, (void)prefix, (void)uri;
    if (node->type == NODE_MAP)
        return;
    if (text->over || !utf8_valid(buf_str(text), text->len)) {
        refuse(builder, text->over ? "a text is too long" : "its bytes are not UTF-8");
        return;
    }
    node->text = arena_slice(builder->arena, buf_str(text), text->len);
}

/* A parser that stopped without a word has met bytes that it could not convert to UTF-8. */
static bool feed(struct builder *builder, const char *bytes, size_t len, bool last)
{
    (void)xmlParseChunk(builder->parser, bytes, (int)len, last);
    if (builder->parser->wellFormed && !builder->parser->disableSAX)
        return true;
    refuse(builder, "its bytes are not of the encoding it names");
    return false;
}

static bool feed_all(struct builder *builder, const char *bytes, size_t len)
{
    for (; len > PIECE; bytes += PIECE, len -= PIECE)
        if (!feed(builder, bytes, PIECE, false))
            return false;
    builder->last = true;
    return feed(builder, bytes, len, true);
}

static const xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_open,
    .endElementNs = on_close,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .cdataBlock = on_text,
    .internalSubset = on_doctype,
    .serror = on_error,
};

/* The parser of the last document that was read to its end, for the next one: it knows the names.
 */
static xmlParserCtxtPtr idle_parser;

static void *piece_new(size_t size)
{
    return heap_resize(NULL, size);
}

static char *piece_copy(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(heap_resize(NULL, size), text, size);
}

/* Left to itself, libxml2 takes a failed allocation for a fault of the document. */
static void prepare(void)
{
    static bool done;

    if (done)
        return;
    (void)xmlMemSetup(heap_free, piece_new, heap_resize, piece_copy);
    xmlInitParser();
    xmlSetStructuredErrorFunc(NULL,
                              ignore_error); /* what has no parser to report to: not to stderr */
    done = true;
}

static xmlParserCtxtPtr parser_take(struct builder *builder)
{
    xmlParserCtxtPtr parser = idle_parser;
    xmlSAXHandler sax = handler;

    idle_parser = NULL;
    if (!parser)
        parser = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
    else if (xmlCtxtResetPush(parser, NULL, 0, NULL, NULL) == 0)
        parser->charset = XML_CHAR_ENCODING_NONE; /* to be found out, as with a new one */
    else
        abort();
    if (!parser)
        abort(); /* out of memory, both */
    (void)xmlCtxtUseOptions(parser, XML_PARSE_NONET);
    parser->userData = builder;
    return parser;
}

static void parser_give(xmlParserCtxtPtr parser, bool sound)
{
    if (sound && xmlDictSize(parser->dict) < NAMES_MAX)
        idle_parser = parser;
    else
        xmlFreeParserCtxt(parser);
}

static bool parse(const char *bytes, size_t len, struct arena *arena, const struct node **out,
                  struct err *err)
{
    struct builder builder = {.arena = arena, .err = err};
    bool parsed;

    prepare();
    builder.parser = parser_take(&builder);
    parsed = feed_all(&builder, bytes, len);
    parser_give(builder.parser, parsed);
    buf_done(&builder.text);
    if (parsed)
        *out = builder.root;
    return parsed;
}

/* --- Control characters ------------------------------------------------------------------- */

/* Those that XML 1.0 has no way to say. */
static bool is_control(unsigned long code)
{
    return code && code < 0x20 && code != '\t' && code != '\n' && code != '\r';
}

/* Bytes of a reference to one at `at`, such as "&#11;" or "&#x0B;"; 0: there is none. */
static size_t control_reference(const char *at, const char *end)
{
    char digits[8] = "", *rest;
    const char *stop;
    bool hex;

    if (end - at < 4 || at[0] != '&' || at[1] != '#')
        return 0;
    stop = memchr(at + 2, ';', (size_t)(end - at) - 2 < 7 ? (size_t)(end - at) - 2 : 7);
    if (!stop)
        return 0;
    memcpy(digits, at + 2, (size_t)(stop - at) - 2);
    hex = *digits == 'x';
    return is_control(strtoul(digits + hex, &rest, hex ? 16 : 10)) && !*rest
               ? (size_t)(stop - at) + 1
               : 0;
}

static bool blank_controls(struct buf *document)
{
    char *end = document->data + document->len;
    bool any = false;

    for (char *at = document->data; at < end; at++) {
        size_t len = is_control((unsigned char)*at) ? 1 : control_reference(at, end);

        memset(at, ' ', len);
        any = any || len;
    }
    return any;
}

/* A buyer's remark that was pasted out of a word processor must not make the whole page unreadable:
 * what fails is tried once more, with blanks for control characters. */
bool xml_parse(const char *bytes, size_t len, struct arena *arena, const struct node **out,
               struct err *err)
{
    AUTO(buf_done) struct buf copy = {0};
    struct arena_mark mark = arena_mark(arena);

    if (parse(bytes, len, arena, out, err))
        return true;
    buf_put(&copy, bytes, len);
    if (!copy.len || !blank_controls(&copy))
        return false;
    arena_rewind(arena, mark);
    return parse(copy.data, copy.len, arena, out, err);
}

/* --- Encoding ----------------------------------------------------------------------------- */

/* What the document's declaration says, "<?xml ...", as text; "" when it has none. False: it has no
 * end. */
static bool declaration_of(const char *bytes, size_t len, char out[static 128])
{
    char *end;

    memset(out, 0, 128);
    memcpy(out, bytes, len < 128 ? len : 127);
    if (!text_starts_nocase(out, "<?xml"))
        *out = '\0';
    end = strstr(out, "?>");
    if (end)
        *end = '\0';
    return end || !*out;
}

bool xml_is_utf8(const char *bytes, size_t len)
{
    char declaration[128];
    const char *name;

    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        len -= 3;
    }
    if (len < 2 || !bytes[0] || !bytes[1] || (unsigned char)*bytes >= 0x80 ||
        !declaration_of(bytes, len, declaration))
        return false;
    name = strstr(declaration, "encoding");
    name = name ? strpbrk(name, "\"'") : NULL;
    return !name || text_starts_nocase(name + 1, "utf-8") || text_starts_nocase(name + 1, "utf8");
}

/* --- Writing ------------------------------------------------------------------------------ */

void xml_open(struct buf *buf, const char *name)
{
    buf_char(buf, '<');
    buf_text(buf, name);
    buf_char(buf, '>');
}

void xml_close(struct buf *buf, const char *name)
{
    buf_text(buf, "</");
    buf_text(buf, name);
    buf_char(buf, '>');
}

void xml_leaf(struct buf *buf, const char *name, const char *text)
{
    if (!text)
        return;
    xml_open(buf, name);
    xml_put_text(buf, text);
    xml_close(buf, name);
}

void xml_leaf_int(struct buf *buf, const char *name, int64_t number)
{
    xml_open(buf, name);
    buf_int(buf, number);
    xml_close(buf, name);
}

/* Bytes at `at` that XML 1.0 has no way to say: control characters, U+FFFE, U+FFFF. */
static size_t forbidden_len(const char *at)
{
    if ((unsigned char)*at < 0x20)
        return *at != '\t' && *at != '\n' && *at != '\r';
    return strncmp(at, "\xEF\xBF\xBE", 3) == 0 || strncmp(at, "\xEF\xBF\xBF", 3) == 0 ? 3 : 0;
}

/* A carriage return in plain would be read as a line feed. */
static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void xml_put_text(struct buf *buf, const char *text)
{
    const char *from = text; /* not yet copied */

    while (*text) {
        const char *escape = escape_of(*text);
        size_t forbidden = escape ? 0 : forbidden_len(text);

        if (!escape && !forbidden) {
            text++;
            continue;
        }
        buf_put(buf, from, (size_t)(text - from));
        buf_text(buf, escape);
        text += escape ? 1 : forbidden;
        from = text;
    }
    buf_put(buf, from, (size_t)(text - from));
}
