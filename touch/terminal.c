/* SPDX-License-Identifier: Apache-2.0 */
#include "touch/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/sanitise.h"

enum { LINE_MAX_BYTES = 4096, COMPLAINT_MAX = 1024, COLUMNS = 80 };

static int open_terminal(void)
{
    return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

static void write_text(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, text, length);

        if (done < 0 && errno != EINTR)
            return;
        if (done > 0) {
            text += done;
            length -= (size_t)done;
        }
    }
}

/* The program that reads the terminal may have put it into raw mode. */
static const char *line_end(int fd)
{
    return isatty(fd) ? "\r\n" : "\n";
}

void cs_touch_clean(const char *text, const char *newline, struct cs_buffer *out)
{
    for (;;) {
        size_t line = strcspn(text, "\n");

        cs_sanitise(out, text, line);
        text += line;
        if (*text == '\0')
            break;
        cs_buffer_text(out, newline);
        text++;
    }
}

static void write_clean(int fd, const char *text, const char *end)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer clean = {0};

    cs_touch_clean(text, line_end(fd), &clean);
    cs_buffer_text(&clean, end);
    if (!clean.failed && clean.text != NULL)
        write_text(fd, clean.text, clean.length);
}

void cs_touch_write(int fd, const char *text)
{
    write_clean(fd, text, line_end(fd));
}

void cs_touch_complain(const char *format, ...)
{
    char text[COMPLAINT_MAX] = "countersign-touch: ";
    size_t used = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text + used, sizeof text - used, format, arguments);
    va_end(arguments);
    cs_touch_write(STDERR_FILENO, text);
}

unsigned cs_touch_columns(void)
{
    CS_AUTO(cs_fd_close) int fd = open_terminal();
    struct winsize size;

    return fd >= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

bool cs_touch_has_terminal(void)
{
    CS_AUTO(cs_fd_close) int fd = open_terminal();

    return fd >= 0;
}

bool cs_touch_show(const char *text)
{
    CS_AUTO(cs_fd_close) int fd = open_terminal();

    if (fd < 0)
        return false;
    cs_touch_write(fd, text);
    return true;
}

/* The write end of a pipe has no input, so poll reports only its error. */
int cs_touch_reader(void)
{
    struct stat status;
    int flags = fcntl(STDOUT_FILENO, F_GETFL);

    return flags >= 0 && (flags & O_ACCMODE) == O_WRONLY && fstat(STDOUT_FILENO, &status) == 0 &&
                   S_ISFIFO(status.st_mode)
               ? STDOUT_FILENO
               : -1;
}

/* The signals that would leave the terminal without echo. */
static int watch_signals(sigset_t *ret_before)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < CS_ARRAY_SIZE(numbers); i++)
        sigaddset(&set, numbers[i]);
    if (sigprocmask(SIG_BLOCK, &set, ret_before) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static enum cs_err read_line(int terminal, int signals, struct cs_secret *ret_line,
                             struct cs_error *error)
{
    struct pollfd entries[] = {{.fd = terminal, .events = POLLIN},
                               {.fd = signals, .events = POLLIN},
                               {.fd = cs_touch_reader()}};
    char line[LINE_MAX_BYTES];
    ssize_t got;
    enum cs_err result = CS_OK;

    while (poll(entries, CS_ARRAY_SIZE(entries), -1) < 0) {
        if (errno != EINTR)
            return cs_fail_errno(error, "poll");
    }
    if (entries[1].revents != 0)
        return cs_fail(error, CS_ERR_CANCELLED, "interrupted");
    if (entries[2].revents != 0)
        return cs_fail(error, CS_ERR_CANCELLED, "nobody is waiting for the answer any more");
    got = read(terminal, line, sizeof line);
    if (got <= 0)
        return cs_fail(error, CS_ERR_CANCELLED, "the terminal gave no answer");
    if (line[got - 1] == '\n')
        got--;
    if (cs_secret_set(ret_line, line, (size_t)got) != CS_OK)
        result = cs_fail_nomem(error);
    cs_wipe(line, sizeof line);
    return result;
}

static enum cs_err ask_on(int terminal, const char *text, bool echo, int signals,
                          struct cs_secret *ret_line, struct cs_error *error)
{
    struct termios before, silent;
    enum cs_err result;

    if (tcgetattr(terminal, &before) != 0)
        return cs_fail_errno(error, "/dev/tty");
    silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    /* Whatever was typed before the question is not an answer to it. */
    if (!echo && tcsetattr(terminal, TCSAFLUSH, &silent) != 0)
        return cs_fail_errno(error, "/dev/tty: cannot switch off echo");
    write_clean(terminal, text, "");
    result = read_line(terminal, signals, ret_line, error);
    if (!echo) {
        (void)tcsetattr(terminal, TCSADRAIN, &before);
        write_text(terminal, "\r\n", 2);
    }
    return result;
}

enum cs_err cs_touch_ask(const char *text, bool echo, struct cs_secret *ret_line,
                         struct cs_error *error)
{
    CS_AUTO(cs_fd_close) int terminal = open_terminal();
    CS_AUTO(cs_fd_close) int signals = -1;
    sigset_t before;
    enum cs_err result;

    if (terminal < 0)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "there is no terminal to ask on; COUNTERSIGN_TOUCH_ASKPASS can name another "
                       "askpass");
    signals = watch_signals(&before);
    if (signals < 0)
        return cs_fail_errno(error, "signalfd");
    result = ask_on(terminal, text, echo, signals, ret_line, error);
    /* A signal that came meanwhile takes effect now. */
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}
