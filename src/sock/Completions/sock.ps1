# Completes sock's verbs, options and their values in PowerShell. Made by tools/reference from the program's declarations.

Register-ArgumentCompleter -Native -CommandName sock -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # Each line is what can be typed, what its value may be, and what it does.
    $verbs = @(
        'connect||talk to a service: input is sent, what comes is printed'
        'listen||wait for a caller, then talk as connect does'
        'serve||serve greeting, echo, time, http and other small services'
        'relay||carry what callers say to another address, and back'
        'get||get a file by HTTP and print it'
        'wait||wait until addresses are open, or closed'
        'ping||measure how long connecting takes'
        'bench||put load on a server of yours and measure it'
        'scan||tell which ports of hosts are open'
        'cert||show a server''s certificates, and whether they are trusted here'
        'time||ask a host what time it is (RFC 868 over UDP)'
        'port||tell the port of a service, or the service on a port'
        'resolve||tell the addresses of a host name, or the name of an address'
        'tour||show every kind of conversation, and of error'
        'help||tell everything about a verb'
        'completions||print what your shell needs to complete verbs and options'
        '-h||print this and end'
        '--help||print this and end'
        '--version||print the version and end'
    )
    $options = @{
        connect = @(
            '-w|TIME|longest time to connect (default 10s)'
            '--timeout|TIME|longest time to connect (default 10s)'
            '--ssl||speak TLS (tls://HOST:PORT says the same)'
            '--tls||speak TLS (tls://HOST:PORT says the same)'
            '--starttls|ftp,imap,pop3,postgres,smtp|begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
            '--ca-file|FILE|with TLS: who may have issued the server''s certificate (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--pin|PIN|with TLS: the key that the server has to have'
            '--servername|HOST|with TLS: the name to ask for (SNI), that the certificate has to be for'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--insecure||with TLS: talk with whomever answers'
            '-u||datagrams (UDP, or Unix with -U)'
            '--udp||datagrams (UDP, or Unix with -U)'
            '-z||say that there is a connection, and end'
            '--zero||say that there is a connection, and end'
            '-i|TIME|longest time without a byte (default none)'
            '--idle|TIME|longest time without a byte (default none)'
            '-q|TIME|after input ends, read for TIME at most'
            '--wait|TIME|after input ends, read for TIME at most'
            '-e|PROGRAM|let a program talk with the peer'
            '--exec|PROGRAM|let a program talk with the peer'
            '-v||say what happens, and how it ended'
            '--verbose||say what happens, and how it ended'
            '-U||a Unix socket: ADDRESS is its path'
            '--unix||a Unix socket: ADDRESS is its path'
            '-C||send CR LF for each LF'
            '--crlf||send CR LF for each LF'
            '-c|LINE|let a line of shell talk with the peer'
            '--sh-exec|LINE|let a line of shell talk with the peer'
            '--replies|N|end when N datagrams have come'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '--max-time|TIME|longest time in all (default none)'
            '--peer-ended-wait|TIME|after the peer ends, allow input to pause for TIME (default 1s)'
            '--no-shutdown||do not tell the peer that input has ended'
            '--send-only||send input, drop what comes, end with input'
            '--recv-only||print what comes, send nothing'
            '--datagrams|line,nul,read,whole|what of the input makes a datagram: line, nul, read, whole or a SIZE'
            '--raw||let the peer control the terminal'
            '--progress||show how much went each way, how fast, and how long the rest takes'
            '--json||tell it as one JSON object on standard error, at its end'
            '-t||refuse telnet options, for servers that offer some'
            '--telnet||refuse telnet options, for servers that offer some'
            '-d|TIME|wait so long after each line that is sent'
            '--delay|TIME|wait so long after each line that is sent'
            '--rate|SIZE|carry at most SIZE bytes a second each way'
            '-o|FILE|write what comes into FILE as well'
            '--output|FILE|write what comes into FILE as well'
            '-x|FILE|show every byte in FILE, or with - on standard error'
            '--hex-dump|FILE|show every byte in FILE, or with - on standard error'
            '--append||add to the FILE of -o and -x'
            '-s|ADDRESS|address (or Unix path) to send from'
            '--source|ADDRESS|address (or Unix path) to send from'
            '-p|PORT|port to send from'
            '--source-port|PORT|port to send from'
            '-n||look no names up'
            '--numeric||look no names up'
            '--retry|N|try again, N times at most'
            '--retry-delay|TIME|pause before trying again (default 1s)'
            '--reconnect||connect again when the connection is lost'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        listen = @(
            '-k||talk with many at once, until Ctrl-C'
            '--keep-open||talk with many at once, until Ctrl-C'
            '--ssl||speak TLS, with a certificate made now or --cert'
            '--tls||speak TLS, with a certificate made now or --cert'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--client-cert|NotAsked,Optional,optional,Required,required|with TLS: ask clients for a certificate: required or optional'
            '--ca-file|FILE|with --client-cert: who issues clients'' certificates (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '-u||datagrams (UDP, or Unix with -U)'
            '--udp||datagrams (UDP, or Unix with -U)'
            '-z||say that there is a connection, and end'
            '--zero||say that there is a connection, and end'
            '-i|TIME|longest time without a byte (default none)'
            '--idle|TIME|longest time without a byte (default none)'
            '-q|TIME|after input ends, read for TIME at most'
            '--wait|TIME|after input ends, read for TIME at most'
            '-e|PROGRAM|let a program talk with the peer'
            '--exec|PROGRAM|let a program talk with the peer'
            '-v||say what happens, and how it ended'
            '--verbose||say what happens, and how it ended'
            '-U||a Unix socket: ADDRESS is its path'
            '--unix||a Unix socket: ADDRESS is its path'
            '-C||send CR LF for each LF'
            '--crlf||send CR LF for each LF'
            '-c|LINE|let a line of shell talk with the peer'
            '--sh-exec|LINE|let a line of shell talk with the peer'
            '--replies|N|end when N datagrams have come'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '--max-time|TIME|longest time in all (default none)'
            '--peer-ended-wait|TIME|after the peer ends, allow input to pause for TIME (default 1s)'
            '--no-shutdown||do not tell the peer that input has ended'
            '--send-only||send input, drop what comes, end with input'
            '--recv-only||print what comes, send nothing'
            '--datagrams|line,nul,read,whole|what of the input makes a datagram: line, nul, read, whole or a SIZE'
            '--raw||let the peer control the terminal'
            '--progress||show how much went each way, how fast, and how long the rest takes'
            '--json||tell it as one JSON object on standard error, at its end'
            '-t||refuse telnet options, for servers that offer some'
            '--telnet||refuse telnet options, for servers that offer some'
            '-d|TIME|wait so long after each line that is sent'
            '--delay|TIME|wait so long after each line that is sent'
            '--rate|SIZE|carry at most SIZE bytes a second each way'
            '-o|FILE|write what comes into FILE as well'
            '--output|FILE|write what comes into FILE as well'
            '-x|FILE|show every byte in FILE, or with - on standard error'
            '--hex-dump|FILE|show every byte in FILE, or with - on standard error'
            '--append||add to the FILE of -o and -x'
            '--broker||carry what one says to all the others'
            '--chat||carry lines of text between all, with names'
            '-m|N|with -k: refuse callers while N are here (default 1000)'
            '--max-conns|N|with -k: refuse callers while N are here (default 1000)'
            '-w|TIME|longest time to wait for a caller (default none)'
            '--accept-timeout|TIME|longest time to wait for a caller (default none)'
            '-s|HOST|address to listen at'
            '--source|HOST|address to listen at'
            '-p|PORT|port to listen at'
            '--source-port|PORT|port to listen at'
            '--allow|WHO|hear these callers alone'
            '--deny|WHO|do not hear these callers, not even if they are allowed'
            '--allowfile|FILE|allow those whom a file names'
            '--denyfile|FILE|deny those whom a file names'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        serve = @(
            '--host|HOST|own address to serve at, * for all (default localhost)'
            '--standard-ports||use the assigned ports, which may need rights'
            '--root|DIR|http serves the files under DIR, and nothing outside it'
            '-m|N|connections a service at once (default 1000)'
            '--max-conns|N|connections a service at once (default 1000)'
            '-i|TIME|longest time without a byte (default 1m)'
            '--idle|TIME|longest time without a byte (default 1m)'
            '--rate|N|datagrams answered a second and source (default 100)'
            '--allow-amplification||answer qotd and chargen datagrams of other machines'
            '-v||say what is served where, and each connection'
            '--verbose||say what is served where, and each connection'
            '--ssl||speak TLS, with a certificate made now or --cert'
            '--tls||speak TLS, with a certificate made now or --cert'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--client-cert|NotAsked,Optional,optional,Required,required|with TLS: ask clients for a certificate: required or optional'
            '--ca-file|FILE|with --client-cert: who issues clients'' certificates (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--allow|WHO|hear these callers alone'
            '--deny|WHO|do not hear these callers, not even if they are allowed'
            '--allowfile|FILE|allow those whom a file names'
            '--denyfile|FILE|deny those whom a file names'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        relay = @(
            '-m|N|callers at once (default 1000)'
            '--max-conns|N|callers at once (default 1000)'
            '-w|TIME|longest time to connect to TO (default 10s)'
            '--timeout|TIME|longest time to connect to TO (default 10s)'
            '-i|TIME|longest time without a byte (default none)'
            '--idle|TIME|longest time without a byte (default none)'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '-v||say who is connected to where, and how each conversation ended'
            '--verbose||say who is connected to where, and how each conversation ended'
            '--cert|FILE|with FROM tls://: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--ca-file|FILE|with TO tls://: who may have issued its certificate (PEM)'
            '--pin|PIN|with TO tls://: the key that it has to have'
            '--servername|HOST|with TO tls://: the name that its certificate has to be for'
            '--insecure||with TO tls://: talk with whomever answers'
            '--allow|WHO|hear these callers alone'
            '--deny|WHO|do not hear these callers, not even if they are allowed'
            '--allowfile|FILE|allow those whom a file names'
            '--denyfile|FILE|deny those whom a file names'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        get = @(
            '-o|FILE|write the body into FILE'
            '--output|FILE|write the body into FILE'
            '-i||print status and headers in front of the body'
            '--include||print status and headers in front of the body'
            '-I||ask for status and headers alone, and print them'
            '--head||ask for status and headers alone, and print them'
            '--any-status||take every answer for good, 404 too'
            '--max-size|SIZE|refuse a larger body'
            '--timeout|TIME|longest time without progress (default 30s)'
            '-w|TIME|longest time to connect (default 10s)'
            '--connect-timeout|TIME|longest time to connect (default 10s)'
            '--ssl||speak TLS (tls://HOST:PORT says the same)'
            '--tls||speak TLS (tls://HOST:PORT says the same)'
            '--ca-file|FILE|with TLS: who may have issued the server''s certificate (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--pin|PIN|with TLS: the key that the server has to have'
            '--servername|HOST|with TLS: the name to ask for (SNI), that the certificate has to be for'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--insecure||with TLS: talk with whomever answers'
            '-v||say what was tried, and how long it took'
            '--verbose||say what was tried, and how long it took'
            '--json||print JSON'
            '--http1.1||ask with HTTP/1.1 instead of HTTP/1.0'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '--raw||let the peer control the terminal'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        wait = @(
            '-w|TIME|longest time to wait (default 1m)'
            '--timeout|TIME|longest time to wait (default 1m)'
            '--interval|TIME|pause between two tries (default 250ms)'
            '--closed||wait until none is open'
            '--ssl||speak TLS (tls://HOST:PORT says the same)'
            '--tls||speak TLS (tls://HOST:PORT says the same)'
            '--starttls|ftp,imap,pop3,postgres,smtp|begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
            '--ca-file|FILE|with TLS: who may have issued the server''s certificate (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--pin|PIN|with TLS: the key that the server has to have'
            '--servername|HOST|with TLS: the name to ask for (SNI), that the certificate has to be for'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--insecure||with TLS: talk with whomever answers'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '--json||print JSON'
            '-v||show each try'
            '--verbose||show each try'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        ping = @(
            '-c|N|how many tries (default until Ctrl-C)'
            '--count|N|how many tries (default until Ctrl-C)'
            '-i|TIME|pause between two tries (default 1s)'
            '--interval|TIME|pause between two tries (default 1s)'
            '-w|TIME|longest time for a try (default 5s)'
            '--timeout|TIME|longest time for a try (default 5s)'
            '--ssl||speak TLS (tls://HOST:PORT says the same)'
            '--tls||speak TLS (tls://HOST:PORT says the same)'
            '--starttls|ftp,imap,pop3,postgres,smtp|begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
            '--ca-file|FILE|with TLS: who may have issued the server''s certificate (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--pin|PIN|with TLS: the key that the server has to have'
            '--servername|HOST|with TLS: the name to ask for (SNI), that the certificate has to be for'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--insecure||with TLS: talk with whomever answers'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '--json||print JSON'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        bench = @(
            '--mode|connect,echo,get,send|echo, send, connect or get (default echo)'
            '-c|N|connections at once (default 10)'
            '--connections|N|connections at once (default 10)'
            '--size|SIZE|size of a message (default 64)'
            '--rate|N|requests a second (default as answers come)'
            '-d|TIME|how long to measure (default 10s)'
            '--duration|TIME|how long to measure (default 10s)'
            '--report|FILE|write a page with plots into FILE (HTML)'
            '--json||print JSON'
            '--ssl||speak TLS (tls://HOST:PORT says the same)'
            '--tls||speak TLS (tls://HOST:PORT says the same)'
            '--starttls|ftp,imap,pop3,postgres,smtp|begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
            '--ca-file|FILE|with TLS: who may have issued the server''s certificate (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--pin|PIN|with TLS: the key that the server has to have'
            '--servername|HOST|with TLS: the name to ask for (SNI), that the certificate has to be for'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '--insecure||with TLS: talk with whomever answers'
            '--warm-up|TIME|how long not to measure first (default 1s)'
            '--path|FILE|with --mode get: what to get (default /)'
            '-w|TIME|longest time to connect, and without a byte (default 5s)'
            '--timeout|TIME|longest time to connect, and without a byte (default 5s)'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        scan = @(
            '--top|N|instead of PORTS: the N to look at first'
            '--rate|N|connections begun a second (default 200)'
            '-w|TIME|longest time to wait for an answer (default 2s)'
            '--timeout|TIME|longest time to wait for an answer (default 2s)'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '-n||look no host names up'
            '--numeric||look no host names up'
            '-v||print closed and filtered ports, too'
            '--verbose||print closed and filtered ports, too'
            '--json||print JSON'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        cert = @(
            '-w|TIME|longest time to connect and shake hands (default 10s)'
            '--timeout|TIME|longest time to connect and shake hands (default 10s)'
            '--warn-days|N|exit code 8 if a certificate ends within N days'
            '--pem||print the certificates themselves (PEM)'
            '--json||print JSON'
            '-v||say what was tried, and what was said before TLS'
            '--verbose||say what was tried, and what was said before TLS'
            '--starttls|ftp,imap,pop3,postgres,smtp|begin in the clear, and go over to TLS: smtp, imap, pop3, ftp or postgres'
            '--ca-file|FILE|with TLS: who may have issued the server''s certificate (PEM)'
            '--alpn|LIST|with TLS: protocols to speak on it, such as h2,http/1.1'
            '--tls-min|1.2,1.3|lowest version of TLS (default 1.2)'
            '--tls-max|1.2,1.3|highest version of TLS (default 1.3)'
            '--pin|PIN|with TLS: the key that the server has to have'
            '--servername|HOST|with TLS: the name to ask for (SNI), that the certificate has to be for'
            '--cert|FILE|with TLS: the certificate to show, then its issuers (PEM)'
            '--key|FILE|the private key of --cert (PEM)'
            '--key-password-file|FILE|what opens an encrypted --key: the first line of FILE'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        time = @(
            '-p|PORT|port number or service name (default time, or daytime)'
            '--port|PORT|port number or service name (default time, or daytime)'
            '--tcp||ask over TCP'
            '--daytime||ask for a line of text (RFC 867)'
            '--retries|N|how often to ask again when nothing comes (default 2)'
            '-w|TIME|how long each try waits (default 1s)'
            '--timeout|TIME|how long each try waits (default 1s)'
            '-u||print UTC, not local time'
            '--utc||print UTC, not local time'
            '-4||IPv4 only'
            '-6||IPv6 only'
            '--json||print JSON'
            '-v||say who answered, and how far the local clock is off'
            '--verbose||say who answered, and how far the local clock is off'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        port = @(
            '--search||find every service that mentions the word'
            '-t||for TCP only'
            '--tcp||for TCP only'
            '-u||for UDP only'
            '--udp||for UDP only'
            '--json||print JSON'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        resolve = @(
            '-4||IPv4 only'
            '-6||IPv6 only'
            '-w|TIME|longest time to wait for the answer (default 10s)'
            '--timeout|TIME|longest time to wait for the answer (default 10s)'
            '-v||say what each family''s look-up brought, and when'
            '--verbose||say what each family''s look-up brought, and when'
            '--json||print JSON'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        tour = @(
            '--keep||keep the services running afterwards, until Ctrl-C'
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        help = @(
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
        completions = @(
            '-h||print this and end'
            '--help||print this and end'
            '--version||print the version and end'
        )
    }
    $places = @{
        connect = @('ADDRESS', 'PORT')
        listen = @('PORT,ADDRESS', 'PORT')
        serve = @('chargen,daytime,discard,echo,greeting,http,qotd,time', '...')
        relay = @('FROM', 'TO')
        get = @('HOST,URL', 'PORT', '')
        wait = @('ADDRESS', '...')
        ping = @('ADDRESS', 'PORT')
        bench = @('ADDRESS,URL', 'PORT')
        scan = @('HOST', 'PORT', '...')
        cert = @('ADDRESS', 'PORT')
        time = @('HOST')
        port = @('NAME,PORT')
        resolve = @('NAME,ADDRESS')
        tour = @()
        help = @('bench,cert,completions,connect,get,help,listen,ping,port,relay,resolve,scan,serve,time,tour,wait')
        completions = @('bash,fish,powershell,zsh')
    }

    function Select-Begun($lines, $begun, $before) {
        foreach ($line in $lines) {
            $text, $value, $tip = $line -split '\|', 3
            if (-not $text.StartsWith($begun)) { continue }
            if (-not $tip) { $tip = $text }
            [System.Management.Automation.CompletionResult]::new($before + $text, $text, 'ParameterValue', $tip)
        }
    }

    # Services whose names begin so: all of them would be thousands.
    function Select-Port($begun, $before) {
        if ($begun -notmatch '^[A-Za-z]') { return }
        $names = sock port --search $begun 2>$null | ForEach-Object { ($_ -split ' ')[0] } | Sort-Object -Unique
        Select-Begun $names $begun $before
    }

    # Files need nothing: they are what PowerShell proposes when nothing else is.
    function Select-Kind($kinds, $word, $before) {
        foreach ($kind in $kinds -split ',') {
            if ($kind -cmatch '^[a-z]') { Select-Begun $kind $word $before }
            elseif ($kind -eq 'PORT') { Select-Port $word $before }
            elseif ($kind -ne 'HOST' -and $kind -ne 'ADDRESS') { continue }
            elseif ($word -match '^((?:tcp://|udp://)?[^/]*:)([^/:]*)$') { Select-Port $Matches[2] ($before + $Matches[1]) }
            elseif ($word -match '^(tcp://|udp://)?([^/:]*)$') { Select-Begun 'localhost' $Matches[2] ($before + $Matches[1]) }
        }
    }

    function Get-Value($option) {
        foreach ($line in $options[$verb]) {
            $text, $value, $tip = $line -split '\|', 3
            if ($text -ceq $option) { return $value }
        }
    }

    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    if ($words.Count -le 1) {
        Select-Begun $verbs $wordToComplete ''
        return
    }
    $verb = $words[1]
    if (-not $options.ContainsKey($verb)) { return }

    $place = 0
    $expected = $null
    $literal = $false
    foreach ($word in ($words | Select-Object -Skip 2)) {
        if ($expected) { $expected = $null }
        elseif ($literal -or -not $word.StartsWith('-')) { $place++ }
        elseif ($word -eq '--') { $literal = $true }
        else { $expected = Get-Value $word }
    }

    if ($expected) { Select-Kind $expected $wordToComplete '' }
    elseif (-not $literal -and $wordToComplete -match '^(--[^=]+)=(.*)$') {
        $option, $begun = $Matches[1], $Matches[2]
        Select-Kind (Get-Value $option) $begun "$option="
    }
    elseif (-not $literal -and $wordToComplete.StartsWith('-')) { Select-Begun $options[$verb] $wordToComplete '' }
    else {
        $kinds = $places[$verb]
        if ($kinds.Count -and $kinds[-1] -eq '...') { $place = 0 }
        if ($place -lt $kinds.Count) { Select-Kind $kinds[$place] $wordToComplete '' }
    }
}
