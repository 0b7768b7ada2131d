# Completes sock's verbs, options and their values in fish. Made by tools/reference from the program's declarations.

function __sock_verb
    set -l words (commandline -opc)
    test "$words[2]" = $argv[1]
end

function __sock_addresses
    set -l word (commandline -ct | string replace -r '^--[^=]*=' '')
    if string match -qr '^unix(gram)?:' -- $word
        set -l front (string match -r '^[^:]*:' -- $word)
        printf '%s\n' $front(__fish_complete_path (string replace -r '^[^:]*:' '' -- $word))
    else if string match -qr -- '^(-[a-zA-Z]*U|--unix)$' (commandline -opc)
        __fish_complete_path $word
    else if string match -qr '^(tcp://|udp://)?[^/]*:[^/]*$' -- $word
        __sock_ports
    else
        set -l front (string match -r '^[a-z]*://' -- $word)
        printf '%s\n' "$front"localhost "$front"(__fish_print_hostnames)
    end
end

# Services whose names begin so: all of them would be thousands.
function __sock_ports
    set -l word (commandline -ct | string replace -r '^--[^=]*=' '')
    set -l front (string match -r '^.*:' -- $word)
    set -l begun (string replace -r '^.*:' '' -- $word)
    string match -qr '^[a-zA-Z]' -- $begun; or return
    printf '%s\n' "$front"(sock port --search $begun 2>/dev/null | string match -r '^[^ ]+' | sort -u)
end

complete -c sock -f
complete -c sock -s h -l help -d 'print this and end'
complete -c sock -l version -d 'print the version and end'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a connect -d 'talk to a service: input is sent, what comes is printed'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a listen -d 'wait for a caller, then talk as connect does'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a serve -d 'serve greeting, echo, time, http and other small services'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a get -d 'get a file by HTTP and print it'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a wait -d 'wait until addresses are open, or closed'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a ping -d 'measure how long connecting takes'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a cert -d 'show a server\'s certificates, and whether they are trusted here'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a time -d 'ask a host what time it is (RFC 868 over UDP)'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a port -d 'tell the port of a service, or the service on a port'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a resolve -d 'tell the addresses of a host name, or the name of an address'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a tour -d 'show every kind of conversation, and of error'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a help -d 'tell everything about a verb'
complete -c sock -n 'test (count (commandline -opc)) = 1' -a completions -d 'print what your shell needs to complete verbs and options'

complete -c sock -n '__sock_verb connect' -s w -l timeout -x -d 'longest time to connect (default 10s)'
complete -c sock -n '__sock_verb connect' -l ssl -l tls -d 'speak TLS (tls://HOST:PORT says the same)'
complete -c sock -n '__sock_verb connect' -l starttls -xa 'ftp imap pop3 postgres smtp' -d 'begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
complete -c sock -n '__sock_verb connect' -l ca-file -rF -d 'with TLS: who may have issued the server\'s certificate (PEM)'
complete -c sock -n '__sock_verb connect' -l alpn -x -d 'with TLS: protocols to speak on it, such as h2,http/1.1'
complete -c sock -n '__sock_verb connect' -l tls-min -x -d 'lowest version of TLS (default 1.2)'
complete -c sock -n '__sock_verb connect' -l tls-max -x -d 'highest version of TLS (default 1.3)'
complete -c sock -n '__sock_verb connect' -l pin -x -d 'with TLS: the key that the server has to have'
complete -c sock -n '__sock_verb connect' -l servername -xa '(__sock_addresses)' -d 'with TLS: the name to ask for (SNI), that the certificate has to be for'
complete -c sock -n '__sock_verb connect' -l cert -rF -d 'with TLS: the certificate to show, then its issuers (PEM)'
complete -c sock -n '__sock_verb connect' -l key -rF -d 'the private key of --cert (PEM)'
complete -c sock -n '__sock_verb connect' -l key-password-file -rF -d 'what opens an encrypted --key: the first line of FILE'
complete -c sock -n '__sock_verb connect' -l insecure -d 'with TLS: talk with whomever answers'
complete -c sock -n '__sock_verb connect' -s u -l udp -d 'datagrams (UDP, or Unix with -U)'
complete -c sock -n '__sock_verb connect' -s z -l zero -d 'say that there is a connection, and end'
complete -c sock -n '__sock_verb connect' -s i -l idle -x -d 'longest time without a byte (default none)'
complete -c sock -n '__sock_verb connect' -s q -l wait -x -d 'after input ends, read for TIME at most'
complete -c sock -n '__sock_verb connect' -s o -l output -rF -d 'write what comes into FILE as well'
complete -c sock -n '__sock_verb connect' -s e -l exec -x -d 'let a program talk with the peer'
complete -c sock -n '__sock_verb connect' -s v -l verbose -d 'say what happens, and how it ended'
complete -c sock -n '__sock_verb connect' -s U -l unix -d 'a Unix socket: ADDRESS is its path'
complete -c sock -n '__sock_verb connect' -s C -l crlf -d 'send CR LF for each LF'
complete -c sock -n '__sock_verb connect' -s c -l sh-exec -x -d 'let a line of shell talk with the peer'
complete -c sock -n '__sock_verb connect' -l replies -x -d 'end when N datagrams have come'
complete -c sock -n '__sock_verb connect' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb connect' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb connect' -l max-time -x -d 'longest time in all (default none)'
complete -c sock -n '__sock_verb connect' -l peer-ended-wait -x -d 'after the peer ends, allow input to pause for TIME (default 1s)'
complete -c sock -n '__sock_verb connect' -l no-shutdown -d 'do not tell the peer that input has ended'
complete -c sock -n '__sock_verb connect' -l send-only -d 'send input, drop what comes, end with input'
complete -c sock -n '__sock_verb connect' -l recv-only -d 'print what comes, send nothing'
complete -c sock -n '__sock_verb connect' -l datagrams -xa 'line nul read whole' -d 'what of the input makes a datagram: line, nul, read, whole or a SIZE'
complete -c sock -n '__sock_verb connect' -s x -l hex-dump -d 'show every byte on standard error'
complete -c sock -n '__sock_verb connect' -l raw -d 'let the peer control the terminal'
complete -c sock -n '__sock_verb connect' -l json -d 'tell it as one JSON object on standard error, at its end'
complete -c sock -n '__sock_verb connect' -s t -l telnet -d 'refuse telnet options, for servers that offer some'
complete -c sock -n '__sock_verb connect' -s s -l source -xa '(__sock_addresses)' -d 'address (or Unix path) to send from'
complete -c sock -n '__sock_verb connect' -s p -l source-port -xa '(__sock_ports)' -d 'port to send from'
complete -c sock -n '__sock_verb connect' -s n -l numeric -d 'look no names up'
complete -c sock -n '__sock_verb connect' -a '(__sock_addresses; __sock_ports)'

complete -c sock -n '__sock_verb listen' -s k -l keep-open -d 'talk with many at once, until Ctrl-C'
complete -c sock -n '__sock_verb listen' -l ssl -l tls -d 'speak TLS, with a certificate made now or --cert'
complete -c sock -n '__sock_verb listen' -l cert -rF -d 'with TLS: the certificate to show, then its issuers (PEM)'
complete -c sock -n '__sock_verb listen' -l key -rF -d 'the private key of --cert (PEM)'
complete -c sock -n '__sock_verb listen' -l key-password-file -rF -d 'what opens an encrypted --key: the first line of FILE'
complete -c sock -n '__sock_verb listen' -l client-cert -x -d 'with TLS: ask clients for a certificate: required or optional'
complete -c sock -n '__sock_verb listen' -l ca-file -rF -d 'with --client-cert: who issues clients\' certificates (PEM)'
complete -c sock -n '__sock_verb listen' -l alpn -x -d 'with TLS: protocols to speak on it, such as h2,http/1.1'
complete -c sock -n '__sock_verb listen' -l tls-min -x -d 'lowest version of TLS (default 1.2)'
complete -c sock -n '__sock_verb listen' -l tls-max -x -d 'highest version of TLS (default 1.3)'
complete -c sock -n '__sock_verb listen' -s u -l udp -d 'datagrams (UDP, or Unix with -U)'
complete -c sock -n '__sock_verb listen' -s z -l zero -d 'say that there is a connection, and end'
complete -c sock -n '__sock_verb listen' -s i -l idle -x -d 'longest time without a byte (default none)'
complete -c sock -n '__sock_verb listen' -s q -l wait -x -d 'after input ends, read for TIME at most'
complete -c sock -n '__sock_verb listen' -s o -l output -rF -d 'write what comes into FILE as well'
complete -c sock -n '__sock_verb listen' -s e -l exec -x -d 'let a program talk with the peer'
complete -c sock -n '__sock_verb listen' -s v -l verbose -d 'say what happens, and how it ended'
complete -c sock -n '__sock_verb listen' -s U -l unix -d 'a Unix socket: ADDRESS is its path'
complete -c sock -n '__sock_verb listen' -s C -l crlf -d 'send CR LF for each LF'
complete -c sock -n '__sock_verb listen' -s c -l sh-exec -x -d 'let a line of shell talk with the peer'
complete -c sock -n '__sock_verb listen' -l replies -x -d 'end when N datagrams have come'
complete -c sock -n '__sock_verb listen' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb listen' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb listen' -l max-time -x -d 'longest time in all (default none)'
complete -c sock -n '__sock_verb listen' -l peer-ended-wait -x -d 'after the peer ends, allow input to pause for TIME (default 1s)'
complete -c sock -n '__sock_verb listen' -l no-shutdown -d 'do not tell the peer that input has ended'
complete -c sock -n '__sock_verb listen' -l send-only -d 'send input, drop what comes, end with input'
complete -c sock -n '__sock_verb listen' -l recv-only -d 'print what comes, send nothing'
complete -c sock -n '__sock_verb listen' -l datagrams -xa 'line nul read whole' -d 'what of the input makes a datagram: line, nul, read, whole or a SIZE'
complete -c sock -n '__sock_verb listen' -s x -l hex-dump -d 'show every byte on standard error'
complete -c sock -n '__sock_verb listen' -l raw -d 'let the peer control the terminal'
complete -c sock -n '__sock_verb listen' -l json -d 'tell it as one JSON object on standard error, at its end'
complete -c sock -n '__sock_verb listen' -s t -l telnet -d 'refuse telnet options, for servers that offer some'
complete -c sock -n '__sock_verb listen' -l broker -d 'carry what one says to all the others'
complete -c sock -n '__sock_verb listen' -l chat -d 'carry lines of text between all, with names'
complete -c sock -n '__sock_verb listen' -s m -l max-conns -x -d 'with -k: refuse callers while N are here (default 1000)'
complete -c sock -n '__sock_verb listen' -s w -l accept-timeout -x -d 'longest time to wait for a caller (default none)'
complete -c sock -n '__sock_verb listen' -s s -l source -xa '(__sock_addresses)' -d 'address to listen at'
complete -c sock -n '__sock_verb listen' -s p -l source-port -xa '(__sock_ports)' -d 'port to listen at'
complete -c sock -n '__sock_verb listen' -l allow -x -d 'hear these callers alone'
complete -c sock -n '__sock_verb listen' -l deny -x -d 'do not hear these callers, not even if they are allowed'
complete -c sock -n '__sock_verb listen' -l allowfile -rF -d 'allow those whom a file names'
complete -c sock -n '__sock_verb listen' -l denyfile -rF -d 'deny those whom a file names'
complete -c sock -n '__sock_verb listen' -a '(__sock_ports; __sock_addresses)'

complete -c sock -n '__sock_verb serve' -l host -xa '(__sock_addresses)' -d 'own address to serve at, * for all (default localhost)'
complete -c sock -n '__sock_verb serve' -l standard-ports -d 'use the assigned ports, which may need rights'
complete -c sock -n '__sock_verb serve' -l root -xa '(__fish_complete_directories)' -d 'http serves the files under DIR, and nothing outside it'
complete -c sock -n '__sock_verb serve' -s m -l max-conns -x -d 'connections a service at once (default 1000)'
complete -c sock -n '__sock_verb serve' -s i -l idle -x -d 'longest time without a byte (default 1m)'
complete -c sock -n '__sock_verb serve' -l rate -x -d 'datagrams answered a second and source (default 100)'
complete -c sock -n '__sock_verb serve' -l allow-amplification -d 'answer qotd and chargen datagrams of other machines'
complete -c sock -n '__sock_verb serve' -s v -l verbose -d 'say what is served where, and each connection'
complete -c sock -n '__sock_verb serve' -l allow -x -d 'hear these callers alone'
complete -c sock -n '__sock_verb serve' -l deny -x -d 'do not hear these callers, not even if they are allowed'
complete -c sock -n '__sock_verb serve' -l allowfile -rF -d 'allow those whom a file names'
complete -c sock -n '__sock_verb serve' -l denyfile -rF -d 'deny those whom a file names'
complete -c sock -n '__sock_verb serve' -a 'chargen daytime discard echo greeting http qotd time'

complete -c sock -n '__sock_verb get' -s o -l output -rF -d 'write the body into FILE'
complete -c sock -n '__sock_verb get' -s i -l include -d 'print status and headers in front of the body'
complete -c sock -n '__sock_verb get' -s I -l head -d 'ask for status and headers alone, and print them'
complete -c sock -n '__sock_verb get' -l http1.1 -d 'ask with HTTP/1.1 instead of HTTP/1.0'
complete -c sock -n '__sock_verb get' -l any-status -d 'take every answer for good, 404 too'
complete -c sock -n '__sock_verb get' -l max-size -x -d 'refuse a larger body'
complete -c sock -n '__sock_verb get' -l timeout -x -d 'longest time without progress (default 30s)'
complete -c sock -n '__sock_verb get' -s w -l connect-timeout -x -d 'longest time to connect (default 10s)'
complete -c sock -n '__sock_verb get' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb get' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb get' -l raw -d 'let the peer control the terminal'
complete -c sock -n '__sock_verb get' -s v -l verbose -d 'say what was tried, and how long it took'
complete -c sock -n '__sock_verb get' -l json -d 'print JSON'
complete -c sock -n '__sock_verb get' -a '(__sock_addresses; __sock_ports)'

complete -c sock -n '__sock_verb wait' -s w -l timeout -x -d 'longest time to wait (default 1m)'
complete -c sock -n '__sock_verb wait' -l interval -x -d 'pause between two tries (default 250ms)'
complete -c sock -n '__sock_verb wait' -l closed -d 'wait until none is open'
complete -c sock -n '__sock_verb wait' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb wait' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb wait' -l json -d 'print JSON'
complete -c sock -n '__sock_verb wait' -s v -l verbose -d 'show each try'
complete -c sock -n '__sock_verb wait' -a '(__sock_addresses)'

complete -c sock -n '__sock_verb ping' -s c -l count -x -d 'how many tries (default until Ctrl-C)'
complete -c sock -n '__sock_verb ping' -s i -l interval -x -d 'pause between two tries (default 1s)'
complete -c sock -n '__sock_verb ping' -s w -l timeout -x -d 'longest time for a try (default 5s)'
complete -c sock -n '__sock_verb ping' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb ping' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb ping' -l json -d 'print JSON'
complete -c sock -n '__sock_verb ping' -a '(__sock_addresses; __sock_ports)'

complete -c sock -n '__sock_verb cert' -s w -l timeout -x -d 'longest time to connect and shake hands (default 10s)'
complete -c sock -n '__sock_verb cert' -l warn-days -x -d 'exit code 8 if a certificate ends within N days'
complete -c sock -n '__sock_verb cert' -l pem -d 'print the certificates themselves (PEM)'
complete -c sock -n '__sock_verb cert' -l json -d 'print JSON'
complete -c sock -n '__sock_verb cert' -s v -l verbose -d 'say what was tried, and what was said before TLS'
complete -c sock -n '__sock_verb cert' -l starttls -xa 'ftp imap pop3 postgres smtp' -d 'begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
complete -c sock -n '__sock_verb cert' -l ca-file -rF -d 'with TLS: who may have issued the server\'s certificate (PEM)'
complete -c sock -n '__sock_verb cert' -l alpn -x -d 'with TLS: protocols to speak on it, such as h2,http/1.1'
complete -c sock -n '__sock_verb cert' -l tls-min -x -d 'lowest version of TLS (default 1.2)'
complete -c sock -n '__sock_verb cert' -l tls-max -x -d 'highest version of TLS (default 1.3)'
complete -c sock -n '__sock_verb cert' -l pin -x -d 'with TLS: the key that the server has to have'
complete -c sock -n '__sock_verb cert' -l servername -xa '(__sock_addresses)' -d 'with TLS: the name to ask for (SNI), that the certificate has to be for'
complete -c sock -n '__sock_verb cert' -l cert -rF -d 'with TLS: the certificate to show, then its issuers (PEM)'
complete -c sock -n '__sock_verb cert' -l key -rF -d 'the private key of --cert (PEM)'
complete -c sock -n '__sock_verb cert' -l key-password-file -rF -d 'what opens an encrypted --key: the first line of FILE'
complete -c sock -n '__sock_verb cert' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb cert' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb cert' -a '(__sock_addresses; __sock_ports)'

complete -c sock -n '__sock_verb time' -s p -l port -xa '(__sock_ports)' -d 'port number or service name (default time, or daytime)'
complete -c sock -n '__sock_verb time' -l tcp -d 'ask over TCP'
complete -c sock -n '__sock_verb time' -l daytime -d 'ask for a line of text (RFC 867)'
complete -c sock -n '__sock_verb time' -l retries -x -d 'how often to ask again when nothing comes (default 2)'
complete -c sock -n '__sock_verb time' -s w -l timeout -x -d 'how long each try waits (default 1s)'
complete -c sock -n '__sock_verb time' -s u -l utc -d 'print UTC, not local time'
complete -c sock -n '__sock_verb time' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb time' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb time' -l json -d 'print JSON'
complete -c sock -n '__sock_verb time' -s v -l verbose -d 'say who answered, and how far the local clock is off'
complete -c sock -n '__sock_verb time' -a '(__sock_addresses)'

complete -c sock -n '__sock_verb port' -l search -d 'find every service that mentions the word'
complete -c sock -n '__sock_verb port' -s t -l tcp -d 'for TCP only'
complete -c sock -n '__sock_verb port' -s u -l udp -d 'for UDP only'
complete -c sock -n '__sock_verb port' -l json -d 'print JSON'
complete -c sock -n '__sock_verb port' -a '(__sock_ports)'

complete -c sock -n '__sock_verb resolve' -s 4 -d 'IPv4 only'
complete -c sock -n '__sock_verb resolve' -s 6 -d 'IPv6 only'
complete -c sock -n '__sock_verb resolve' -s w -l timeout -x -d 'longest time to wait for the answer (default 10s)'
complete -c sock -n '__sock_verb resolve' -s v -l verbose -d 'say what each family\'s look-up brought, and when'
complete -c sock -n '__sock_verb resolve' -l json -d 'print JSON'
complete -c sock -n '__sock_verb resolve' -a '(__sock_addresses)'

complete -c sock -n '__sock_verb tour' -l keep -d 'keep the services running afterwards, until Ctrl-C'

complete -c sock -n '__sock_verb help' -a 'cert completions connect get help listen ping port resolve serve time tour wait'

complete -c sock -n '__sock_verb completions' -a 'bash fish powershell zsh'
