/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
/* What the tests of a caller in C have in common, and those that stand in a file of their own. */
#include <lxc/lxccontainer.h>
#include <stdio.h>

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                                \
        }                                                                           \
    } while (0)

/* An object; a running container of the busybox image; its end. */
struct lxc_container* container(const char* name);
struct lxc_container* started(const char* name);
void ended(struct lxc_container* c);

void attached(void);
void closed(void);
void flags(void);
void old_callers(void);
void remounted(void);
void shell(void);
void terminal(void);
