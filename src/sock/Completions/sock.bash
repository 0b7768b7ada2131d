# Completes sock's verbs, options and their values in bash. Made by tools/reference from the program's declarations.

_sock() {
    # Words between blanks: bash's own are cut at : and = as well, so an address would be several.
    local -a words=() places=()
    local options= values= more= unix=
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ "${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=('')
    local last=$((${#words[@]} - 1))
    local word=${words[last]} ours=$2
    COMPREPLY=()

    if ((last == 1)); then
        _sock_words 'connect listen serve relay get wait ping bench scan cert time port resolve tour help completions -h --help --version' "$word"
        return
    fi
    case ${words[1]} in
        connect)
            options='-w --timeout --ssl --tls --starttls --ca-file --alpn --tls-min --tls-max --pin --servername --cert --key --key-password-file --insecure -u --udp -z --zero -i --idle -q --wait -e --exec -v --verbose -U --unix -C --crlf -c --sh-exec --replies -4 -6 --max-time --peer-ended-wait --no-shutdown --send-only --recv-only --datagrams --raw --progress --json -t --telnet -d --delay --rate -o --output -x --hex-dump --append -s --source -p --source-port -n --numeric --retry --retry-delay --reconnect -h --help --version'
            values=' -w:TIME --timeout:TIME --starttls:ftp,imap,pop3,postgres,smtp --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --pin:PIN --servername:HOST --cert:FILE --key:FILE --key-password-file:FILE -i:TIME --idle:TIME -q:TIME --wait:TIME -e:PROGRAM --exec:PROGRAM -c:LINE --sh-exec:LINE --replies:N --max-time:TIME --peer-ended-wait:TIME --datagrams:line,nul,read,whole -d:TIME --delay:TIME --rate:SIZE -o:FILE --output:FILE -x:FILE --hex-dump:FILE -s:ADDRESS --source:ADDRESS -p:PORT --source-port:PORT --retry:N --retry-delay:TIME '
            places=(ADDRESS PORT)
            more= ;;
        listen)
            options='-k --keep-open --ssl --tls --cert --key --key-password-file --client-cert --ca-file --alpn --tls-min --tls-max -u --udp -z --zero -i --idle -q --wait -e --exec -v --verbose -U --unix -C --crlf -c --sh-exec --replies -4 -6 --max-time --peer-ended-wait --no-shutdown --send-only --recv-only --datagrams --raw --progress --json -t --telnet -d --delay --rate -o --output -x --hex-dump --append --broker --chat -m --max-conns -w --accept-timeout -s --source -p --source-port --allow --deny --allowfile --denyfile -h --help --version'
            values=' --cert:FILE --key:FILE --key-password-file:FILE --client-cert:NotAsked,Optional,optional,Required,required --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 -i:TIME --idle:TIME -q:TIME --wait:TIME -e:PROGRAM --exec:PROGRAM -c:LINE --sh-exec:LINE --replies:N --max-time:TIME --peer-ended-wait:TIME --datagrams:line,nul,read,whole -d:TIME --delay:TIME --rate:SIZE -o:FILE --output:FILE -x:FILE --hex-dump:FILE -m:N --max-conns:N -w:TIME --accept-timeout:TIME -s:HOST --source:HOST -p:PORT --source-port:PORT --allow:WHO --deny:WHO --allowfile:FILE --denyfile:FILE '
            places=(PORT,ADDRESS PORT)
            more= ;;
        serve)
            options='--host --standard-ports --root -m --max-conns -i --idle --rate --allow-amplification -v --verbose --ssl --tls --cert --key --key-password-file --client-cert --ca-file --alpn --tls-min --tls-max --allow --deny --allowfile --denyfile -h --help --version'
            values=' --host:HOST --root:DIR -m:N --max-conns:N -i:TIME --idle:TIME --rate:N --cert:FILE --key:FILE --key-password-file:FILE --client-cert:NotAsked,Optional,optional,Required,required --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --allow:WHO --deny:WHO --allowfile:FILE --denyfile:FILE '
            places=(chargen,daytime,discard,echo,greeting,http,qotd,time)
            more=1 ;;
        relay)
            options='-m --max-conns -w --timeout -i --idle -4 -6 -v --verbose --cert --key --key-password-file --ca-file --pin --servername --insecure --allow --deny --allowfile --denyfile -h --help --version'
            values=' -m:N --max-conns:N -w:TIME --timeout:TIME -i:TIME --idle:TIME --cert:FILE --key:FILE --key-password-file:FILE --ca-file:FILE --pin:PIN --servername:HOST --allow:WHO --deny:WHO --allowfile:FILE --denyfile:FILE '
            places=(FROM TO)
            more= ;;
        get)
            options='-o --output -i --include -I --head --any-status --max-size --timeout -w --connect-timeout --ssl --tls --ca-file --alpn --tls-min --tls-max --pin --servername --cert --key --key-password-file --insecure -v --verbose --json --http1.1 -4 -6 --raw -h --help --version'
            values=' -o:FILE --output:FILE --max-size:SIZE --timeout:TIME -w:TIME --connect-timeout:TIME --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --pin:PIN --servername:HOST --cert:FILE --key:FILE --key-password-file:FILE '
            places=(HOST,URL PORT )
            more= ;;
        wait)
            options='-w --timeout --interval --closed --ssl --tls --starttls --ca-file --alpn --tls-min --tls-max --pin --servername --cert --key --key-password-file --insecure -4 -6 --json -v --verbose -h --help --version'
            values=' -w:TIME --timeout:TIME --interval:TIME --starttls:ftp,imap,pop3,postgres,smtp --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --pin:PIN --servername:HOST --cert:FILE --key:FILE --key-password-file:FILE '
            places=(ADDRESS)
            more=1 ;;
        ping)
            options='-c --count -i --interval -w --timeout --ssl --tls --starttls --ca-file --alpn --tls-min --tls-max --pin --servername --cert --key --key-password-file --insecure -4 -6 --json -h --help --version'
            values=' -c:N --count:N -i:TIME --interval:TIME -w:TIME --timeout:TIME --starttls:ftp,imap,pop3,postgres,smtp --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --pin:PIN --servername:HOST --cert:FILE --key:FILE --key-password-file:FILE '
            places=(ADDRESS PORT)
            more= ;;
        bench)
            options='--mode -c --connections --size --rate -d --duration --report --json --ssl --tls --starttls --ca-file --alpn --tls-min --tls-max --pin --servername --cert --key --key-password-file --insecure --warm-up --path -w --timeout -4 -6 -h --help --version'
            values=' --mode:connect,echo,get,send -c:N --connections:N --size:SIZE --rate:N -d:TIME --duration:TIME --report:FILE --starttls:ftp,imap,pop3,postgres,smtp --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --pin:PIN --servername:HOST --cert:FILE --key:FILE --key-password-file:FILE --warm-up:TIME --path:FILE -w:TIME --timeout:TIME '
            places=(ADDRESS,URL PORT)
            more= ;;
        scan)
            options='--top --rate -w --timeout -4 -6 -n --numeric -v --verbose --json -h --help --version'
            values=' --top:N --rate:N -w:TIME --timeout:TIME '
            places=(HOST PORT)
            more=1 ;;
        cert)
            options='-w --timeout --warn-days --pem --json -v --verbose --starttls --ca-file --alpn --tls-min --tls-max --pin --servername --cert --key --key-password-file -4 -6 -h --help --version'
            values=' -w:TIME --timeout:TIME --warn-days:N --starttls:ftp,imap,pop3,postgres,smtp --ca-file:FILE --alpn:LIST --tls-min:1.2,1.3 --tls-max:1.2,1.3 --pin:PIN --servername:HOST --cert:FILE --key:FILE --key-password-file:FILE '
            places=(ADDRESS PORT)
            more= ;;
        time)
            options='-p --port --tcp --daytime --retries -w --timeout -u --utc -4 -6 --json -v --verbose -h --help --version'
            values=' -p:PORT --port:PORT --retries:N -w:TIME --timeout:TIME '
            places=(HOST)
            more= ;;
        port)
            options='--search -t --tcp -u --udp --json -h --help --version'
            values=' '
            places=(NAME,PORT)
            more= ;;
        resolve)
            options='-4 -6 -w --timeout -v --verbose --json -h --help --version'
            values=' -w:TIME --timeout:TIME '
            places=(NAME,ADDRESS)
            more= ;;
        tour)
            options='--keep -h --help --version'
            values=' '
            places=()
            more= ;;
        help)
            options='-h --help --version'
            values=' '
            places=(bench,cert,completions,connect,get,help,listen,ping,port,relay,resolve,scan,serve,time,tour,wait)
            more= ;;
        completions)
            options='-h --help --version'
            values=' '
            places=(bash,fish,powershell,zsh)
            more= ;;
        *) return ;;
    esac

    local i place=0 literal= expected=
    for ((i = 2; i < last; i++)); do
        if [[ -n $expected ]]; then
            expected=
        elif [[ -n $literal || ${words[i]} != -* ]]; then
            place=$((place + 1))
        elif [[ ${words[i]} == -- ]]; then
            literal=1
        else
            expected=$(_sock_value "${words[i]}")
            [[ ${words[i]} == -U || ${words[i]} == --unix ]] && unix=1
        fi
    done

    if [[ -n $expected ]]; then
        _sock_kinds "$expected" "$word"
    elif [[ -z $literal && $word == --*=* ]]; then
        _sock_kinds "$(_sock_value "${word%%=*}")" "${word#*=}"
    elif [[ -z $literal && $word == -* ]]; then
        _sock_words "$options" "$word"
    elif ((place < ${#places[@]})); then
        _sock_kinds "${places[place]}" "$word"
    elif [[ -n $more ]]; then
        _sock_kinds "${places[${#places[@]} - 1]}" "$word"
    fi
}

# What the option's value may be; nothing for an option that takes none.
_sock_value() {
    [[ $values == *" $1:"* ]] || return
    local value=${values#*" $1:"}
    printf '%s' "${value%% *}"
}

# Completes the second word to one of the kinds of the first, which are separated by commas.
_sock_kinds() {
    local kind
    for kind in ${1//,/ }; do
        case $kind in
            FILE) _sock_files -f "$2" ;;
            DIR) _sock_files -d "$2" ;;
            HOST | ADDRESS) _sock_address "$2" ;;
            PORT) _sock_ports "$2" ;;
            [a-z]*) _sock_words "$kind" "$2" ;;
        esac
    done
}

_sock_address() {
    local rest=${1#*://}
    case $1 in
        unix:* | unixgram:*) _sock_files -f "${1#*:}" ;;
        *) if [[ -n $unix ]]; then _sock_files -f "$1"
            elif [[ $rest == *:* ]]; then _sock_ports "${rest##*:}"
            else _sock_reply "$rest" < <(compgen -A hostname -- "$rest"); fi ;;
    esac
}

# Services whose names begin so: all of them would be thousands.
_sock_ports() {
    [[ $1 == [A-Za-z]* ]] || return
    _sock_words "$(sock port --search "$1" 2>/dev/null | cut -d ' ' -f 1 | sort -u)" "$1"
}

_sock_files() {
    compopt -o filenames 2>/dev/null
    _sock_reply "$2" < <(compgen "$1" -- "$2")
}

_sock_words() {
    _sock_reply "$2" < <(compgen -W "$1" -- "$2")
}

# Replies with lines. Bash replaces its own last word, which may begin before the part that was completed.
_sock_reply() {
    local line before=${ours%"$1"}
    [[ $ours == *"$1" ]] || before=
    while IFS= read -r line; do
        COMPREPLY+=("$before$line")
    done
}

complete -F _sock sock
