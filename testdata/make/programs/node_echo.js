// HTTP/2 on Node.js, cleartext: node_echo.js serve|call ADDRESS PORT. The server answers in pieces and ends with a trailer.
'use strict';
const http2 = require('http2');
const [what, address, port] = process.argv.slice(2);

function serve() {
  const server = http2.createServer();
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/plain' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-pieces': '3' }));
    stream.resume();
    stream.on('end', () => {
      stream.write('one ');
      setTimeout(() => stream.write('two '), 20);
      setTimeout(() => stream.end('three\n'), 40);
    });
  });
  server.listen(Number(port), address);
}

function call() {
  const session = http2.connect(`http://${address}:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/pieces' });
  stream.setEncoding('utf8');
  stream.on('trailers', (fields) => console.log(fields['x-pieces']));
  stream.on('data', (text) => console.log(text));
  stream.on('end', () => session.close());
  stream.end('hello');
}

({ serve, call })[what]();
