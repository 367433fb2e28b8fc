// A backend and a caller in gRPC for Go. Prints where it listens, reads where to call, and calls itself through what is there.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const method = "/adit.Peer/Echo"
const message = "schön ☺ 100 %\n"
const bytesBin = "\x00\xab\xff"

var stream = &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}

// Messages are bytes as they are.
type same struct{}

func (same) Marshal(v interface{}) ([]byte, error) { return *v.(*[]byte), nil }
func (same) String() string                        { return "same" }
func (same) Name() string                          { return "same" }
func (same) Unmarshal(data []byte, v interface{}) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

// Answers each message with itself; what it says at the end counts them.
func echo(_ interface{}, call grpc.ServerStream) error {
	asked, _ := metadata.FromIncomingContext(call.Context())
	call.SetHeader(metadata.MD{"x-bin": asked["x-bin"]})
	for seen := 0; ; seen++ {
		var m []byte
		err := call.RecvMsg(&m)
		if err == io.EOF {
			call.SetTrailer(metadata.Pairs("x-seen", fmt.Sprint(seen)))
			if len(asked["x-fail"]) > 0 {
				return status.Error(codes.DataLoss, message)
			}
			return nil
		}
		if err == nil {
			err = call.SendMsg(&m)
		}
		if err != nil {
			return err
		}
	}
}

func check(what string, wanted, found interface{}) {
	if fmt.Sprint(wanted) != fmt.Sprint(found) {
		fmt.Printf("%s: expected %v, got %v\n", what, wanted, found)
		os.Exit(1)
	}
}

// One call, ping pong with messages of these sizes.
func call(to *grpc.ClientConn, what string, code codes.Code, sizes []int, fields ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, append(fields, "x-bin", bytesBin)...)
	s, err := to.NewStream(ctx, stream, method)
	check(what, nil, err)
	for _, size := range sizes {
		sent, back := make([]byte, size), []byte("none")
		s.SendMsg(&sent)
		check(what, nil, s.RecvMsg(&back))
		check(what, size, len(back))
	}
	s.CloseSend()
	var none []byte
	err = s.RecvMsg(&none)
	if err == io.EOF {
		err = nil
	}
	check(what, code, status.Code(err))
	if code != codes.OK {
		check(what, message, status.Convert(err).Message())
	}
	head, _ := s.Header()
	check(what, []string{bytesBin}, append(head["x-bin"], s.Trailer()["x-bin"]...))
	check(what, []string{fmt.Sprint(len(sizes))}, s.Trailer()["x-seen"])
	fmt.Println(what, "ok")
}

func main() {
	time.AfterFunc(50*time.Second, func() { os.Exit(2) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check("listen", nil, err)
	server := grpc.NewServer(grpc.UnknownServiceHandler(echo), grpc.CustomCodec(same{}))
	go server.Serve(listener)
	fmt.Println(listener.Addr())
	entry, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check("entry", nil, err)
	to, err := grpc.Dial(strings.TrimSpace(entry), grpc.WithInsecure(), grpc.WithDefaultCallOptions(grpc.ForceCodec(same{})))
	check("dial", nil, err)
	call(to, "no message", codes.OK, nil)
	call(to, "ping pong", codes.OK, []int{0, 1, 16379, 65530, 1 << 20})
	call(to, "failure without a message", codes.DataLoss, nil, "x-fail", "1")
	call(to, "failure", codes.DataLoss, []int{10}, "x-fail", "1")
}
