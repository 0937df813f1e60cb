// A TLS server that answers one line: node echo.js PORT CERT KEY KEYLOG ALPN...
const tls = require('tls'), fs = require('fs');
const [port, cert, key, log, ...protocols] = process.argv.slice(2);
const options = {cert: fs.readFileSync(cert), key: fs.readFileSync(key)};
if (protocols.length) options.ALPNProtocols = protocols;
const server = tls.createServer(options, socket => {
  socket.on('data', data => socket.end('you said ' + data));
  socket.on('error', () => {});
});
server.on('keylog', line => fs.appendFileSync(log, line));
server.listen(+port, '127.0.0.1');
