/* xml.h: XML in and out. Reading is libxml2's SAX2 push parser building a tree (the only file that
 * includes it): no network, no entities beyond the five, no DTD, CDATA and plain text alike, names
 * without their prefix; text beside child elements is dropped; control characters that XML forbids
 * are read as blanks. Writing is an appender that escapes
 * and strips what XML 1.0 forbids.
 *
 * Owns: one parser, kept from document to document. One thread reads.
 * Errors: ERR_RECORD with line. */
#ifndef TAGWERK_WIRE_XML_H
#define TAGWERK_WIRE_XML_H

#include "core/buf.h"
#include "core/err.h"
#include "wire/tree.h"

/* The root element's node. */
MUST_CHECK bool xml_parse(const char *bytes, size_t len, struct arena *arena,
                          const struct node **out, struct err *err);

/* Are the document's bytes meant as UTF-8? Unless it names another encoding, or begins like UTF-16.
 */
bool xml_is_utf8(const char *bytes, size_t len);

void xml_open(struct buf *buf, const char *name);
void xml_close(struct buf *buf, const char *name);
/* <name>text</name>, escaped; a NULL text writes nothing, "" writes <name></name>. */
void xml_leaf(struct buf *buf, const char *name, const char *text);
void xml_leaf_int(struct buf *buf, const char *name, int64_t number);
void xml_put_text(struct buf *buf, const char *text);

#endif
