/*
 * text: a growable string of bytes, and the three ways an answer quotes text.
 *
 * Owns: one heap block, always ended by a NUL that does not count. Out of memory ends the process:
 * a simulator has no better idea.
 *
 * Units: sizes in bytes; money in cents; weights in grams.
 */
#ifndef SANDBOX_TEXT_H
#define SANDBOX_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *s;
    size_t len, max;
};

/* Makes room for n more bytes and gives the place where they go. */
char *text_room(struct text *t, size_t n);
void text_add(struct text *t, const char *bytes, size_t n);
void text_str(struct text *t, const char *s);
void text_char(struct text *t, char c);
void text_int(struct text *t, int64_t n);
void text_fmt(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* n digits with leading zeros. */
void text_digits(struct text *t, int64_t value, int n);
/* Entities for the five special characters; every other byte goes through unchanged. */
void text_xml(struct text *t, const char *bytes, size_t n);
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void text_json(struct text *t, const char *s);
void text_json_n(struct text *t, const char *bytes, size_t n);
/* `,"key":"value"`; a NULL value gives null. The comma is left out behind `{`. */
void text_member(struct text *t, const char *key, const char *value);
void text_member_int(struct text *t, const char *key, int64_t value);
void text_member_raw(struct text *t, const char *key, const char *json);
/* 1250 cents -> "12<mark>50". */
void text_money(struct text *t, int64_t cents, char mark);
/* 850 g -> "0<mark>850". */
void text_weight(struct text *t, int64_t grams, char mark);
void text_clear(struct text *t);
void text_done(struct text *t);
/* Gives the string away; the text is empty afterwards. */
char *text_take(struct text *t);

/* As much of from as fits, always with a NUL. */
void text_copy(char *to, size_t size, const char *from);

void *mem_need(size_t size) __attribute__((returns_nonnull));
void *mem_grow(void *old, size_t size) __attribute__((returns_nonnull));
char *mem_copy(const char *s);
char *mem_copy_n(const char *s, size_t n);

/* Whole decimal number; false when s is anything else. */
bool int_of(const char *s, int64_t *out);
/* Decimal text with '.' or ',' as a number of 1/1000; false when it is no number. */
bool milli_of(const char *s, int64_t *out);
/* ASCII letters without their case. */
char lower(char c);
bool same_text(const char *a, const char *b);
/* ASCII letters compare without case. */
bool same_word(const char *a, const char *b);

#endif
